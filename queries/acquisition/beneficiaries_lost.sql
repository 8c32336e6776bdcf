-- The other side of moves: customers above zero in the window whose direct beneficiary left not long ago (rules.movers), with how many
-- are still there. Without any, nobody at the customer gains by the product any more, as far as we know. Where somebody went is known
-- for those who are on record at another customer.
--
-- grain: customer_id
-- order: is_alone desc, revenue desc, customer_id
-- empty_if_missing: acquisition.moves
-- check: left_people > 0
-- check: is_alone = (remaining_people = 0)
-- check: moved_people <= left_people
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier that applies"
-- column: revenue money "Final revenue in the window"
-- column: left_people count "Beneficiaries who left not long ago"
-- column: remaining_people count "Beneficiaries still there"
-- column: moved_people count "Of those who left, seen at another customer"
-- column: last_left_on date "The last one left on"
-- column: days_since_left days "Days since then"
-- column: is_alone bool "None is left"
WITH rule AS (
  SELECT recent_months
  FROM rules.movers
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
moved AS (
  SELECT DISTINCT person_id, from_customer_id FROM acquisition.moves
),
acc AS (
  SELECT
    b.customer_id,
    count(CASE WHEN month_add(b.left_on, r.recent_months) > $as_of THEN 1 END) AS left_people,
    count(CASE WHEN b.left_on IS NULL THEN 1 END) AS remaining_people,
    count(CASE WHEN month_add(b.left_on, r.recent_months) > $as_of AND m.person_id IS NOT NULL THEN 1 END) AS moved_people,
    max(b.left_on) AS last_left_on
  FROM acquisition.beneficiaries b
  CROSS JOIN rule r
  LEFT JOIN moved m ON m.person_id = b.person_id AND m.from_customer_id = b.customer_id
  GROUP BY b.customer_id
)
SELECT
  a.customer_id,
  t.customer_name,
  t.owner_id,
  t.owner_name,
  t.effective_tier AS tier,
  t.revenue,
  a.left_people,
  a.remaining_people,
  a.moved_people,
  a.last_left_on,
  $as_of - a.last_left_on AS days_since_left,
  a.remaining_people = 0 AS is_alone
FROM acc a
JOIN tiers.current t ON t.customer_id = a.customer_id
WHERE a.left_people > 0 AND t.revenue > 0
