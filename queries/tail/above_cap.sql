-- Tail customers who spend more in a year than the tail cap. They are in the tail because they need the standard product; what
-- they spend says that they could be offered more.
--
-- grain: customer_id
-- order: annual_spend desc, customer_id
-- check: annual_spend > tail_cap
-- total: count(*) = (select sum(above_cap) from tiers.tail_check where basis = 'customer_year')
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier by the formula"
-- column: annual_spend money "Revenue of a year"
-- column: tail_cap money "Cap"
-- column: excess money "Above the cap by"
-- column: revenue money "Final revenue in the window"
-- column: gross_profit money "Gross profit in the window"
-- column: last_sale_on date "Last final sale"
SELECT
  t.customer_id,
  t.customer_name,
  t.owner_id,
  t.owner_name,
  t.tier,
  t.annual_spend,
  r.tail_cap,
  t.annual_spend - r.tail_cap AS excess,
  t.revenue,
  t.gross_profit,
  t.last_sale_on
FROM tiers.current t
CROSS JOIN rules.segment_caps r
WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
  AND t.segment = 'tail' AND t.annual_spend > r.tail_cap
