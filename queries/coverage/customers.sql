-- Who looks after each customer: every customer that is not internal, has ever bought and has not closed. A customer has closed when
-- subscriptions are kept, it pays for none any more, and it has bought nothing since.
-- It has an owner when any member of the unit has one. A contact by a team within the days of rules.coverage_days counts as
-- being looked after by a team. A contact exactly that many days ago is still within them. Mass mailings count as contacts
-- here; the last contact by a person stands beside. Without contacts these columns are empty: not known. So is whether a
-- customer without an owner is looked after when no contact names a team; and whether one that was never contacted has waited
-- longer than a span, when it first bought or the first contact is on record within that span.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- empty_if_missing: coverage.touched
-- check: days_since_touch >= 0
-- check: not (touched_90 and not touched_180)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: region text "Region"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Applied tier"
-- column: position count "Position of the tier from the top"
-- column: revenue money "Final revenue in the window"
-- column: last_sale_on date "Last final sale"
-- column: has_owner bool "Has an owner"
-- column: has_team bool "Looked after by a team"
-- column: is_covered bool "Has an owner or a team"
-- column: last_touch_on date "Last contact"
-- column: days_since_touch days "Days since the last contact"
-- column: last_human_touch_on date "Last contact by a person"
-- column: touched_90 bool "Contact within the short span"
-- column: touched_180 bool "Contact within the long span"
WITH owned AS (
  SELECT u.unit_id AS customer_id, count(c.owner_id) > 0 AS has_owner
  FROM value.units u
  LEFT JOIN staging.customers c ON c.customer_id = u.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
),
closed AS (
  -- Only where subscriptions decide is there no grace.
  SELECT customer_id, left_on
  FROM churn.last_seen
  WHERE has_left AND grace_days IS NULL
),
rule AS (
  SELECT d.short_days, d.long_days, d.team_days, k.has_teams, k.contacts_from
  FROM rules.coverage_days d
  CROSS JOIN coverage.known k
  WHERE (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
),
ages AS (
  SELECT
    c.customer_id,
    c.customer_name,
    c.region,
    c.owner_id,
    c.owner_name,
    v.effective_tier AS tier,
    l.position,
    v.revenue,
    c.last_sale_on,
    o.has_owner,
    CASE WHEN r.has_teams THEN coalesce($as_of - t.last_team_touch_on <= r.team_days, false) END AS has_team,
    t.last_touch_on,
    $as_of - t.last_touch_on AS days_since_touch,
    t.last_human_touch_on,
    r.short_days,
    r.long_days,
    -- Since when a contact would be on record; empty when contacts are not known.
    CASE WHEN r.contacts_from > c.first_sale_on THEN r.contacts_from WHEN r.contacts_from IS NOT NULL THEN c.first_sale_on END AS seen_from
  FROM value.customers c
  CROSS JOIN rule r
  JOIN owned o ON o.customer_id = c.customer_id
  LEFT JOIN closed x ON x.customer_id = c.customer_id
  LEFT JOIN tiers.current v ON v.customer_id = c.customer_id
  LEFT JOIN tiers.ladder l ON l.tier = v.effective_tier AND l.valid_on = $as_of
  LEFT JOIN coverage.touched t ON t.customer_id = c.customer_id
  WHERE c.first_sale_on IS NOT NULL AND (x.left_on IS NULL OR c.last_sale_on >= x.left_on)
)
SELECT
  customer_id,
  customer_name,
  region,
  owner_id,
  owner_name,
  tier,
  position,
  revenue,
  last_sale_on,
  has_owner,
  has_team,
  CASE WHEN has_owner THEN true ELSE has_team END AS is_covered,
  last_touch_on,
  days_since_touch,
  last_human_touch_on,
  CASE
    WHEN last_touch_on IS NOT NULL THEN days_since_touch <= short_days
    WHEN $as_of - seen_from > short_days THEN false
  END AS touched_90,
  CASE
    WHEN last_touch_on IS NOT NULL THEN days_since_touch <= long_days
    WHEN $as_of - seen_from > long_days THEN false
  END AS touched_180
FROM ages
