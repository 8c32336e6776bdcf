-- The tests for fake key accounts, one row for each test of each customer among those who bring 80 % of revenue: flagged,
-- passed or untestable, with a code for the reason and the figures of that test. How the tests are made stands in
-- key_accounts.fake_results, how the figures are counted in key_accounts.fake_figures.
-- A customer whose tier was set by hand, with a reason that holds on the as-of date, is marked strategic; that does not take
-- a flag away.
--
-- grain: customer_id, test
-- order: revenue desc, customer_id, position
-- check: result in ('flagged', 'passed', 'untestable')
-- check: not (result = 'passed' and test <> 'occasional' and evidence = 'no_cost')
-- check: is_strategic = (override_reason is not null)
-- total: sum(CASE WHEN test = 'occasional' THEN revenue END) = (select sum(revenue) from value.contribution where in_k80)
-- column: customer_id text "Customer"
-- column: test text "Test"
-- column: position count "Order of the tests"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier by the formula"
-- column: revenue money "Final revenue in the window"
-- column: result text "Result"
-- column: evidence text "Why"
-- column: is_strategic bool "Tier set by hand with a reason"
-- column: override_reason text "Reason"
-- column: is_unrated bool "Too new to be rated"
-- column: months_with_orders count "Months with orders"
-- column: largest_order_share ratio "Share of the largest order"
-- column: days_since_order days "Days since the last order"
-- column: gross_profit money "Gross profit"
-- column: margin ratio "Gross profit of revenue"
-- column: portfolio_margin_median ratio "Median margin of all customers"
-- column: discount_rate ratio "Discount rate"
-- column: minutes_per_1000 count "Service minutes per 1,000 of revenue"
-- column: overdue_days count "Days overdue"
-- column: contribution money "Contribution"
-- column: n_high count "High figures of three"
-- column: n_unknown count "Figures of three that are not known"
WITH tests AS (
  SELECT * FROM (VALUES ('occasional', 1), ('unprofitable', 2), ('squeezer', 3)) AS t (test, position)
)
SELECT
  r.customer_id,
  x.test,
  x.position,
  t.customer_name,
  t.owner_id,
  t.owner_name,
  t.tier,
  r.revenue,
  CASE x.test WHEN 'occasional' THEN r.occasional WHEN 'unprofitable' THEN r.unprofitable ELSE r.squeezer END AS result,
  CASE x.test WHEN 'occasional' THEN r.occasional_evidence WHEN 'unprofitable' THEN r.unprofitable_evidence ELSE r.squeezer_evidence END AS evidence,
  o.reason IS NOT NULL AS is_strategic,
  o.reason AS override_reason,
  t.is_unrated,
  CASE WHEN x.test = 'occasional' THEN f.months_with_orders END AS months_with_orders,
  CASE WHEN x.test = 'occasional' THEN f.largest_order_share END AS largest_order_share,
  CASE WHEN x.test = 'occasional' THEN f.days_since_order END AS days_since_order,
  CASE WHEN x.test = 'unprofitable' THEN f.gross_profit END AS gross_profit,
  CASE WHEN x.test = 'unprofitable' THEN f.margin END AS margin,
  CASE WHEN x.test = 'unprofitable' THEN f.portfolio_margin_median END AS portfolio_margin_median,
  CASE WHEN x.test = 'squeezer' THEN f.discount_rate END AS discount_rate,
  CASE WHEN x.test = 'squeezer' THEN f.minutes_per_1000 END AS minutes_per_1000,
  CASE WHEN x.test = 'squeezer' THEN f.overdue_days END AS overdue_days,
  CASE WHEN x.test = 'squeezer' THEN f.contribution END AS contribution,
  CASE WHEN x.test = 'squeezer' THEN f.n_high END AS n_high,
  CASE WHEN x.test = 'squeezer' THEN f.n_unknown END AS n_unknown
FROM key_accounts.fake_results r
CROSS JOIN tests x
JOIN key_accounts.fake_figures f ON f.customer_id = r.customer_id
JOIN tiers.current t ON t.customer_id = r.customer_id
LEFT JOIN tiers.overrides o ON o.customer_id = r.customer_id
