-- Which parts in a purchase are covered at each customer (user, initiator, influencer, decider, buyer): a part is covered by a
-- person who is still there and had a contact by a person within the days of rules.role_coverage. Customers are all who have
-- ever bought and have not closed, and all with an open deal. The gap that matters most is that of the decider: nobody on
-- record has that part, all who had it have left, or those who have it were not contacted lately. A customer hangs on one person
-- when exactly one of its people is covered in this sense, whatever the part of that person.
-- What contacts tell is empty as long as contacts with people have not been on record for these days; the five parts are
-- empty where no part is on record at all, and the decider where no position is either.
--
-- grain: customer_id
-- order: open_amount desc, revenue desc, customer_id
-- empty_if_missing: decision_chain.deals, decision_chain.person_touches
-- check: touched_contacts <= contacts
-- check: roles_covered between 0 and 5
-- check: role_coverage = roles_covered / 5.0
-- check: (decider_gap is null) = (decider_covered is null or decider_covered)
-- check: not (decider_covered and positions_covered = 0)
-- total: sum(open_deals) = (select count(*) from decision_chain.deals d join value.customers c on c.customer_id = d.customer_id where d.state = 'open')
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Applied tier"
-- column: position count "Position of the tier from the top"
-- column: revenue money "Final revenue in the window"
-- column: open_deals count "Open deals"
-- column: open_amount money "Amount of open deals"
-- column: contacts count "People on record who are still there"
-- column: leavers count "People on record who have left"
-- column: touched_contacts count "People contacted lately"
-- column: last_touch_on date "Last contact with any of its people"
-- column: user_covered bool "User covered"
-- column: initiator_covered bool "Initiator covered"
-- column: influencer_covered bool "Influencer covered"
-- column: decider_covered bool "Decider covered"
-- column: buyer_covered bool "Buyer covered"
-- column: roles_covered count "Parts covered, of five"
-- column: role_coverage ratio "Share of the five parts"
-- column: positions_covered count "Positions covered, of three"
-- column: decider_gap text "Why the decider is not covered"
-- column: is_single_threaded bool "Hangs on one person"
-- column: is_to_widen bool "Hangs on one person, in the upper tiers of rules.role_coverage"
WITH deals AS (
  SELECT customer_id, count(*) AS open_deals, sum(amount) AS open_amount
  FROM decision_chain.deals
  WHERE state = 'open' AND customer_id IS NOT NULL
  GROUP BY customer_id
),
counted AS (
  SELECT customer_id FROM coverage.customers
  UNION
  SELECT customer_id FROM deals
),
known AS (
  SELECT count(role5) > 0 AS has_parts, count(role5) + count(role3) > 0 AS has_roles FROM staging.contacts
),
recorded AS (
  SELECT min(touched_on) AS first_on FROM decision_chain.person_touches
),
rule AS (
  SELECT r.watch_tiers, k.has_parts, k.has_roles, coalesce($as_of - c.first_on >= r.touch_days, false) AS is_recorded
  FROM rules.role_coverage r
  CROSS JOIN known k
  CROSS JOIN recorded c
  WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
),
people AS (
  SELECT
    customer_id,
    count(DISTINCT CASE WHEN is_active THEN person_id END) AS contacts,
    count(DISTINCT person_id) AS all_contacts,
    count(DISTINCT CASE WHEN is_touched THEN person_id END) AS touched,
    max(last_touch_on) AS last_touch_on,
    count(CASE WHEN role5 = 'user' AND is_touched THEN 1 END) AS users,
    count(CASE WHEN role5 = 'initiator' AND is_touched THEN 1 END) AS initiators,
    count(CASE WHEN role5 = 'influencer' AND is_touched THEN 1 END) AS influencers,
    count(CASE WHEN role5 = 'decider' AND is_touched THEN 1 END) AS deciders,
    count(CASE WHEN role5 = 'buyer' AND is_touched THEN 1 END) AS buyers,
    count(DISTINCT CASE WHEN is_touched THEN role3 END) AS positions,
    count(CASE WHEN role5 = 'decider' AND is_active THEN 1 END) AS active_deciders,
    count(CASE WHEN role5 = 'decider' THEN 1 END) AS all_deciders
  FROM decision_chain.people
  GROUP BY customer_id
),
joined AS (
  SELECT
    c.customer_id,
    c.customer_name,
    c.owner_id,
    c.owner_name,
    v.tier,
    v.position,
    v.revenue,
    coalesce(d.open_deals, 0) AS open_deals,
    d.open_amount,
    coalesce(p.contacts, 0) AS contacts,
    coalesce(p.all_contacts - p.contacts, 0) AS leavers,
    p.last_touch_on,
    coalesce(p.active_deciders, 0) AS active_deciders,
    coalesce(p.all_deciders, 0) AS all_deciders,
    r.watch_tiers,
    r.has_parts,
    r.has_roles,
    r.is_recorded,
    CASE WHEN r.is_recorded THEN coalesce(p.touched, 0) END AS touched,
    CASE WHEN r.is_recorded AND r.has_parts THEN coalesce(p.users, 0) END AS users,
    CASE WHEN r.is_recorded AND r.has_parts THEN coalesce(p.initiators, 0) END AS initiators,
    CASE WHEN r.is_recorded AND r.has_parts THEN coalesce(p.influencers, 0) END AS influencers,
    CASE WHEN r.has_roles AND (r.is_recorded OR p.active_deciders IS NULL OR p.active_deciders = 0) THEN coalesce(p.deciders, 0) END AS deciders,
    CASE WHEN r.is_recorded AND r.has_parts THEN coalesce(p.buyers, 0) END AS buyers,
    CASE WHEN r.is_recorded AND r.has_roles THEN coalesce(p.positions, 0) END AS positions
  FROM counted n
  JOIN value.customers c ON c.customer_id = n.customer_id
  CROSS JOIN rule r
  LEFT JOIN coverage.customers v ON v.customer_id = n.customer_id
  LEFT JOIN deals d ON d.customer_id = n.customer_id
  LEFT JOIN people p ON p.customer_id = n.customer_id
),
parts AS (
  SELECT
    *,
    -- Empty as long as one of them is; `least` would take no notice of it.
    CASE
      WHEN users IS NOT NULL THEN
        least(users, 1) + least(initiators, 1) + least(influencers, 1) + least(deciders, 1) + least(buyers, 1)
    END AS n_covered
  FROM joined
)
SELECT
  customer_id,
  customer_name,
  owner_id,
  owner_name,
  tier,
  position,
  revenue,
  open_deals,
  open_amount,
  contacts,
  leavers,
  touched AS touched_contacts,
  last_touch_on,
  users > 0 AS user_covered,
  initiators > 0 AS initiator_covered,
  influencers > 0 AS influencer_covered,
  deciders > 0 AS decider_covered,
  buyers > 0 AS buyer_covered,
  n_covered AS roles_covered,
  CAST(n_covered AS DOUBLE) / 5 AS role_coverage,
  positions AS positions_covered,
  CASE
    WHEN deciders IS NULL OR deciders > 0 THEN NULL
    WHEN active_deciders > 0 THEN 'decider_silent'
    WHEN all_deciders > 0 THEN 'decider_left'
    ELSE 'no_decider'
  END AS decider_gap,
  touched = 1 AS is_single_threaded,
  touched = 1 AND coalesce(position <= watch_tiers, false) AS is_to_widen
FROM parts
