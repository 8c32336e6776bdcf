-- Coverage of the five parts in a purchase by the tier that applies. Customers who have not bought in the window have no tier and stand
-- under `untiered`. The coverage of a tier is the mean over its customers. Each count is of those customers of whom it is known.
--
-- grain: tier
-- order: position, tier
-- check: roles_covered <= 5 * customers_known
-- check: without_decider <= customers
-- check: single_threaded + untouched <= customers
-- total: sum(customers) = (select count(*) from decision_chain.customers)
-- total: sum(roles_covered) = (select sum(roles_covered) from decision_chain.customers)
-- column: tier text "Applied tier"
-- column: position count "Position from the top"
-- column: customers count "Customers"
-- column: customers_known count "Of whom the parts are known"
-- column: roles_covered count "Parts covered, added up"
-- column: role_coverage ratio "Mean share of the five parts covered"
-- column: user_covered count "With the user covered"
-- column: initiator_covered count "With the initiator covered"
-- column: influencer_covered count "With the influencer covered"
-- column: decider_covered count "With the decider covered"
-- column: buyer_covered count "With the buyer covered"
-- column: without_decider count "With the decider not covered"
-- column: single_threaded count "Hanging on one person"
-- column: untouched count "Nobody contacted lately"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH tiers AS (
  SELECT tier, position FROM tiers.ladder WHERE valid_on = $as_of
),
acc AS (
  SELECT
    coalesce(tier, 'untiered') AS tier,
    count(*) AS customers,
    count(roles_covered) AS customers_known,
    sum(roles_covered) AS roles_covered,
    sum(CASE WHEN user_covered THEN 1 WHEN NOT user_covered THEN 0 END) AS user_covered,
    sum(CASE WHEN initiator_covered THEN 1 WHEN NOT initiator_covered THEN 0 END) AS initiator_covered,
    sum(CASE WHEN influencer_covered THEN 1 WHEN NOT influencer_covered THEN 0 END) AS influencer_covered,
    sum(CASE WHEN decider_covered THEN 1 WHEN NOT decider_covered THEN 0 END) AS decider_covered,
    sum(CASE WHEN buyer_covered THEN 1 WHEN NOT buyer_covered THEN 0 END) AS buyer_covered,
    sum(CASE WHEN NOT decider_covered THEN 1 WHEN decider_covered THEN 0 END) AS without_decider,
    sum(CASE WHEN is_single_threaded THEN 1 WHEN NOT is_single_threaded THEN 0 END) AS single_threaded,
    sum(CASE WHEN touched_contacts = 0 THEN 1 WHEN touched_contacts > 0 THEN 0 END) AS untouched
  FROM decision_chain.customers
  GROUP BY coalesce(tier, 'untiered')
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  coalesce(t.tier, a.tier) AS tier,
  t.position,
  coalesce(a.customers, 0) AS customers,
  coalesce(a.customers_known, 0) AS customers_known,
  a.roles_covered,
  CAST(a.roles_covered AS DOUBLE) / NULLIF(5 * a.customers_known, 0) AS role_coverage,
  a.user_covered,
  a.initiator_covered,
  a.influencer_covered,
  a.decider_covered,
  a.buyer_covered,
  a.without_decider,
  a.single_threaded,
  a.untouched,
  coalesce(a.customers, 0) < r.min_units AS is_small_sample
FROM tiers t
FULL OUTER JOIN acc a ON a.tier = t.tier
CROSS JOIN rule r
