-- The weight by which contacts are planned: the effective tier of each customer. A score can take its place here, with a band for each
-- customer and a plan for each band in rules.contact_plan.
--
-- grain: customer_id
-- order: position, customer_id
-- column: customer_id text "Customer"
-- column: band text "Weight"
-- column: position count "Position from the top"
SELECT t.customer_id, t.effective_tier AS band, l.position
FROM tiers.current t
LEFT JOIN tiers.ladder l ON l.tier = t.effective_tier AND l.valid_on = $as_of
