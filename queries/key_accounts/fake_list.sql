-- Customers among those who bring 80 % of revenue whom at least one test flags as fake key accounts: which tests, why, and
-- the figures. Those whose tier was set by hand with a reason are listed too, with the reason.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- check: n_flags between 1 and 3
-- total: sum(n_flags) = (select count(*) from key_accounts.fake where result = 'flagged')
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier by the formula"
-- column: revenue money "Final revenue in the window"
-- column: n_flags count "Tests flagged"
-- column: n_untestable count "Tests that cannot be made"
-- column: is_occasional bool "Occasional buyer"
-- column: occasional_evidence text "Why"
-- column: is_unprofitable bool "Large without profit"
-- column: unprofitable_evidence text "Why"
-- column: is_squeezer bool "Squeezer"
-- column: squeezer_evidence text "Why"
-- column: months_with_orders count "Months with orders"
-- column: largest_order_share ratio "Share of the largest order"
-- column: last_order_on date "Last order"
-- column: days_since_order days "Days since the last order"
-- column: gross_profit money "Gross profit"
-- column: margin ratio "Gross profit of revenue"
-- column: portfolio_margin_median ratio "Median margin of all customers"
-- column: discount_rate ratio "Discount rate"
-- column: minutes_per_1000 count "Service minutes per 1,000 of revenue"
-- column: overdue_days count "Days overdue, summed over the months of the window"
-- column: overdue_days_per_month count "Days overdue per month"
-- column: contribution money "Contribution"
-- column: contribution_at_most money "Contribution at most"
-- column: n_high count "High figures of three"
-- column: is_strategic bool "Tier set by hand with a reason"
-- column: override_reason text "Reason"
-- column: override_expires_on date "Reason holds until"
-- column: is_unrated bool "Too new to be rated"
SELECT
  r.customer_id,
  t.customer_name,
  t.owner_id,
  t.owner_name,
  t.tier,
  r.revenue,
  r.n_flags,
  r.n_untestable,
  r.occasional = 'flagged' AS is_occasional,
  r.occasional_evidence,
  r.unprofitable = 'flagged' AS is_unprofitable,
  r.unprofitable_evidence,
  r.squeezer = 'flagged' AS is_squeezer,
  r.squeezer_evidence,
  f.months_with_orders,
  f.largest_order_share,
  f.last_order_on,
  f.days_since_order,
  f.gross_profit,
  f.margin,
  f.portfolio_margin_median,
  f.discount_rate,
  f.minutes_per_1000,
  f.overdue_days,
  f.overdue_days_per_month,
  f.contribution,
  f.contribution_at_most,
  f.n_high,
  o.reason IS NOT NULL AS is_strategic,
  o.reason AS override_reason,
  CASE WHEN o.reason IS NOT NULL THEN o.expires_on END AS override_expires_on,
  t.is_unrated
FROM key_accounts.fake_results r
JOIN key_accounts.fake_figures f ON f.customer_id = r.customer_id
JOIN tiers.current t ON t.customer_id = r.customer_id
LEFT JOIN tiers.overrides o ON o.customer_id = r.customer_id
WHERE r.n_flags > 0
