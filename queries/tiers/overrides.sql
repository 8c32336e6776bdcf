-- The tier set by hand that holds for each analysis unit on the as-of date. An override holds up to and including the day
-- it expires on; without a day it holds until it is taken back. If several hold, the one that expires last wins, then the
-- higher tier.
--
-- grain: customer_id
-- empty_if_missing: staging.tier_overrides
-- column: customer_id text "Customer"
-- column: override_tier text "Tier set by hand"
-- column: set_by text "Set by"
-- column: reason text "Reason"
-- column: expires_on date "Holds until"
SELECT
  u.unit_id AS customer_id,
  o.tier AS override_tier,
  o.owner_id AS set_by,
  o.reason,
  o.expires_on
FROM staging.tier_overrides o
JOIN value.units u ON u.customer_id = o.customer_id
JOIN tiers.ladder l ON l.tier = o.tier AND l.valid_on = $as_of
WHERE o.expires_on IS NULL OR o.expires_on >= $as_of
QUALIFY row_number() OVER (PARTITION BY u.unit_id ORDER BY o.expires_on DESC NULLS FIRST, l.position, o.customer_id, o.reason, o.owner_id) = 1
