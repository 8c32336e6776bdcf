-- What a customer of each channel costs and is worth: the channels of acquisition.unit_rows, without the row of all together.
--
-- grain: channel
-- order: ltv_cac desc, channel
-- check: verdict is null or verdict in ('good', 'watch', 'loss')
-- check: payback_months >= 0
-- column: channel text "Channel"
-- column: cac money "Cost of a new customer (CAC)"
-- column: ltv money "Lifetime value (LTV)"
-- column: ltv_cac count "LTV/CAC"
-- column: payback_months count "Pay-back in months"
-- column: method text "Method"
-- column: verdict text "Verdict"
-- column: new_customers count "New customers"
-- column: customers count "Customers behind the lifetime value"
-- column: cost money "Cost"
-- column: cac_without_salaries money "CAC without salaries"
-- column: includes_salaries bool "Salaries are in it"
-- column: ltv_low money "LTV with a higher loss"
-- column: ltv_high money "LTV with a lower loss"
-- column: ltv_cac_low count "LTV/CAC with a higher loss"
-- column: ltv_cac_high count "LTV/CAC with a lower loss"
-- column: horizon_months count "Months counted, where they are restricted"
-- column: is_under_invested bool "So far above that more might be spent"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
SELECT
  channel,
  cac,
  ltv,
  ltv_cac,
  payback_months,
  method,
  verdict,
  new_customers,
  customers,
  cost,
  cac_without_salaries,
  includes_salaries,
  ltv_low,
  ltv_high,
  ltv_cac_low,
  ltv_cac_high,
  horizon_months,
  is_under_invested,
  is_small_sample
FROM acquisition.unit_rows
WHERE NOT is_total
