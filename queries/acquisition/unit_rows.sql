-- Lifetime value against cost of a new customer, for each channel and for all together (`all`): both parts of the same customers, those whose
-- first channel it is, and of the same window. Good is strictly above the upper limit of rules.ltv, loss below the lower one, watch
-- between them and on them. A value of revenue alone gets no verdict, because the limits are for gross profit; neither does a
-- channel without cost or without new customers. Pay-back is the cost by the gross profit of a month; with none above zero it is never
-- earned back. The ratio has a low and a high one for a monthly loss of customers a step higher and lower.
--
-- grain: channel
-- order: is_total desc, ltv_cac desc, channel
-- check: verdict is null or verdict in ('good', 'watch', 'loss')
-- check: ltv_cac_low <= ltv_cac
-- check: ltv_cac <= ltv_cac_high
-- column: channel text "Channel"
-- column: is_total bool "All channels together"
-- column: new_customers count "New customers"
-- column: customers count "Customers behind the lifetime value"
-- column: cost money "Cost"
-- column: cac money "Cost of a new customer (CAC)"
-- column: cac_without_salaries money "CAC without salaries"
-- column: cac_same_months money "CAC with cost of the window alone"
-- column: includes_salaries bool "Salaries are in it"
-- column: arpa money "Monthly revenue of a customer"
-- column: gross_margin ratio "Gross margin"
-- column: monthly_churn ratio "Monthly loss of customers"
-- column: ltv money "Lifetime value (LTV)"
-- column: ltv_low money "LTV with a higher loss"
-- column: ltv_high money "LTV with a lower loss"
-- column: ltv_cac count "LTV/CAC"
-- column: restricted_ltv money "LTV, months restricted"
-- column: restricted_ltv_cac count "LTV/CAC, months restricted"
-- column: ltv_cac_low count "LTV/CAC with a higher loss"
-- column: ltv_cac_high count "LTV/CAC with a lower loss"
-- column: payback_months count "Pay-back in months"
-- column: method text "Method"
-- column: horizon_months count "Months counted, where they are restricted"
-- column: verdict text "Verdict"
-- column: is_under_invested bool "So far above that more might be spent"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH both_parts AS (
  SELECT
    c.channel,
    c.is_total,
    c.new_customers,
    coalesce(l.customers, 0) AS customers,
    c.cost,
    c.cac,
    c.cac_without_salaries,
    c.cac_same_months,
    c.includes_salaries,
    l.arpa,
    l.gross_margin,
    l.monthly_churn,
    l.ltv,
    l.restricted_ltv,
    l.ltv_low,
    l.ltv_high,
    l.method,
    l.horizon_months,
    coalesce(l.is_small_sample, true) AS is_small_sample,
    -- What a division costs in the last digits must not lift a ratio over a limit.
    round(CAST(l.ltv / NULLIF(c.cac, 0) AS DOUBLE), 9) AS ltv_cac
  FROM acquisition.cac c
  LEFT JOIN acquisition.ltv l ON l.channel = c.channel
  WHERE c.channel <> 'unknown'
),
rule AS (
  SELECT CAST(good_above AS DOUBLE) AS good_above, CAST(loss_below AS DOUBLE) AS loss_below, CAST(invest_above AS DOUBLE) AS invest_above
  FROM rules.ltv
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  b.channel,
  b.is_total,
  b.new_customers,
  b.customers,
  b.cost,
  b.cac,
  b.cac_without_salaries,
  b.cac_same_months,
  b.includes_salaries,
  b.arpa,
  b.gross_margin,
  b.monthly_churn,
  b.ltv,
  b.ltv_low,
  b.ltv_high,
  b.ltv_cac,
  b.restricted_ltv,
  round(CAST(b.restricted_ltv / NULLIF(b.cac, 0) AS DOUBLE), 9) AS restricted_ltv_cac,
  round(b.ltv_low / NULLIF(b.cac, 0), 9) AS ltv_cac_low,
  round(b.ltv_high / NULLIF(b.cac, 0), 9) AS ltv_cac_high,
  CASE WHEN b.arpa * b.gross_margin > 0 THEN b.cac / (b.arpa * b.gross_margin) END AS payback_months,
  b.method,
  b.horizon_months,
  CASE
    WHEN b.ltv_cac IS NULL OR b.gross_margin IS NULL THEN NULL
    WHEN b.ltv_cac > r.good_above THEN 'good'
    WHEN b.ltv_cac < r.loss_below THEN 'loss'
    ELSE 'watch'
  END AS verdict,
  CASE WHEN b.gross_margin IS NOT NULL THEN b.ltv_cac > r.invest_above END AS is_under_invested,
  b.is_small_sample
FROM both_parts b
CROSS JOIN rule r
