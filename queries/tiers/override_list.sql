-- Every tier set by hand, with who set it, why and how long it holds: those in force first, the next to expire on top. Overrides
-- that have expired stay in the list, so that they can be counted. An override holds up to and including the day it expires on.
-- When several hold for one analysis unit, one of them applies (tiers.overrides); the others are listed as not applied.
-- A tier that the cuts do not know never applies. One that the formula gives as well is needless only when no reason is given: a
-- reason may stand for more than the tier.
--
-- grain: position
-- empty_if_missing: staging.owners
-- check: not (is_expired and is_expiring)
-- check: not is_applied or not is_expired
-- total: sum(case when is_applied then 1 else 0 end) = (select count(*) from tiers.overrides where customer_id in (select customer_id from value.customers))
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: member_id text "Customer it was set for"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier by the formula"
-- column: override_tier text "Tier set by hand"
-- column: set_by text "Set by"
-- column: set_by_name text "Name of who set it"
-- column: reason text "Reason"
-- column: expires_on date "Holds until"
-- column: days_left days "Days left"
-- column: revenue money "Final revenue in the window"
-- column: is_expired bool "Has expired"
-- column: is_expiring bool "Expires soon"
-- column: is_applied bool "Decides the tier that applies"
-- column: is_needless bool "The formula gives the same tier, and no reason is given"
WITH rule AS (
  SELECT soon_days
  FROM rules.override_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
listed AS (
  SELECT
    u.unit_id,
    o.customer_id AS member_id,
    o.tier AS override_tier,
    o.owner_id AS set_by,
    o.reason,
    o.expires_on,
    CASE WHEN o.expires_on < $as_of THEN true ELSE false END AS is_expired,
    l.position AS override_position
  FROM staging.tier_overrides o
  JOIN value.units u ON u.customer_id = o.customer_id
  LEFT JOIN tiers.ladder l ON l.tier = o.tier AND l.valid_on = $as_of
  WHERE NOT u.is_internal
),
ranked AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY unit_id, is_expired OR override_position IS NULL
      ORDER BY expires_on DESC NULLS FIRST, override_position, member_id, reason, set_by
    ) AS choice
  FROM listed
)
SELECT
  CAST(row_number() OVER (
    ORDER BY r.is_expired, r.expires_on NULLS LAST, r.unit_id, r.member_id, r.override_tier, r.reason, r.set_by
  ) AS BIGINT) AS position,
  r.unit_id AS customer_id,
  c.customer_name,
  r.member_id,
  c.owner_id,
  c.owner_name,
  t.tier,
  r.override_tier,
  r.set_by,
  coalesce(o.owner_name, r.set_by) AS set_by_name,
  r.reason,
  r.expires_on,
  r.expires_on - $as_of AS days_left,
  t.revenue,
  r.is_expired,
  CASE WHEN NOT r.is_expired AND r.expires_on - $as_of <= d.soon_days THEN true ELSE false END AS is_expiring,
  NOT r.is_expired AND r.override_position IS NOT NULL AND r.choice = 1 AS is_applied,
  coalesce(trim(r.reason), '') = '' AND r.override_tier = t.tier AS is_needless
FROM ranked r
CROSS JOIN rule d
JOIN value.customers c ON c.customer_id = r.unit_id
LEFT JOIN tiers.current t ON t.customer_id = r.unit_id
LEFT JOIN staging.owners o ON o.owner_id = r.set_by
