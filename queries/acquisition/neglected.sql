-- Neglected leads by promise, the most promising first: the furthest thing that happened to any lead of the prospect, as
-- rules.lead_promise weighs it, then the amount of its open opportunities, then who was left alone for the shortest time. Who is to act is
-- the owner of the customer; for a lead that names none, whoever claimed it last, unless it went back to the pool since then.
-- Listed are the first ones, as many as rules.neglect says, without customers who want no contact, and without those who do not
-- match or have no present need: to call these now helps nobody.
--
-- grain: party
-- order: place
-- empty_if_missing: staging.lead_events, staging.owners, coverage.opt_outs
-- check: promise >= 0
-- column: party text "Customer, or lead that is none yet"
-- column: place count "Place by promise"
-- column: lead_id text "First lead"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: neglect_reason text "Why nobody is in contact"
-- column: channel text "First channel"
-- column: created_on date "First lead created on"
-- column: last_contact_on date "Last contact of people"
-- column: days_alone days "Days without one"
-- column: milestone text "The furthest thing that happened"
-- column: promise count "Promise"
-- column: open_amount money "Amount of open opportunities"
-- column: is_listed bool "Among the most promising"
WITH promises AS (
  SELECT milestone, promise
  FROM rules.lead_promise
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
parties AS (
  SELECT
    lead_id,
    CASE WHEN customer_id IS NULL THEN concat('lead ', lead_id) ELSE concat('customer ', customer_id) END AS party
  FROM acquisition.lead_paths
  WHERE NOT is_existing
),
furthest AS (
  SELECT p.party, max(w.promise) AS promise, first_value(w.milestone ORDER BY w.promise DESC, w.milestone) AS milestone
  FROM parties p
  JOIN acquisition.milestones m ON m.lead_id = p.lead_id
  JOIN promises w ON w.milestone = m.milestone
  GROUP BY p.party
),
holders AS (
  SELECT
    p.party,
    last_value(e.actor_id ORDER BY e.happened_on, CASE WHEN e.event = 'claim' THEN 1 ELSE 0 END, e.actor_id) AS owner_id,
    last_value(e.event ORDER BY e.happened_on, CASE WHEN e.event = 'claim' THEN 1 ELSE 0 END, e.actor_id) AS event
  FROM parties p
  JOIN staging.lead_events e ON e.lead_id = p.lead_id
  WHERE e.event IN ('claim', 'return', 'recycle')
  GROUP BY p.party
),
ranked AS (
  SELECT
    n.*,
    f.milestone,
    coalesce(f.promise, 0) AS promise,
    o.customer_id IS NOT NULL AS has_opted_out,
    row_number() OVER (
      ORDER BY
        CASE WHEN o.customer_id IS NULL THEN 0 ELSE 1 END,
        CASE WHEN n.neglect_reason IN ('mismatch', 'no_present_need') THEN 1 ELSE 0 END,
        coalesce(f.promise, 0) DESC, coalesce(n.open_amount, 0) DESC,
        n.days_alone, n.party
    ) AS place
  FROM acquisition.lead_neglect n
  LEFT JOIN furthest f ON f.party = n.party
  LEFT JOIN coverage.opt_outs o ON o.customer_id = n.customer_id
  WHERE n.is_neglected
),
rule AS (
  SELECT max_listed
  FROM rules.neglect
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  r.party,
  CAST(r.place AS BIGINT) AS place,
  r.lead_id,
  r.customer_id,
  c.customer_name,
  coalesce(c.owner_id, CASE WHEN h.event = 'claim' THEN h.owner_id END) AS owner_id,
  coalesce(c.owner_name, CASE WHEN h.event = 'claim' THEN coalesce(w.owner_name, h.owner_id) END) AS owner_name,
  r.neglect_reason,
  r.channel,
  r.created_on,
  r.last_contact_on,
  r.days_alone,
  r.milestone,
  r.promise,
  r.open_amount,
  NOT r.has_opted_out AND r.neglect_reason NOT IN ('mismatch', 'no_present_need') AND r.place <= n.max_listed AS is_listed
FROM ranked r
CROSS JOIN rule n
LEFT JOIN value.customers c ON c.customer_id = r.customer_id
LEFT JOIN holders h ON h.party = r.party
LEFT JOIN staging.owners w ON w.owner_id = h.owner_id
