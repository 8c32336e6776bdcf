-- Tiers set by hand, each with a person, a reason and the last day on which it holds.
--
-- grain: customer_id, tier
-- optional
-- warn: reason is not null
-- column: customer_id text "Customer"
-- column: tier text "Tier"
-- column: owner_id text "Set by"
-- column: reason text "Reason"
-- column: expires_on date "Holds until"
SELECT
  account_no AS customer_id,
  tier,
  rep_no AS owner_id,
  reason,
  expires_date AS expires_on
FROM warehouse.tier_override
