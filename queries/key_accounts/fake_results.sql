-- The three tests for fake key accounts, side by side for every customer among those who bring 80 % of revenue. Each is
-- flagged, passed or untestable; the evidence is a code that says why. Thresholds are those of rules.fake_accounts.
--
-- Occasional: orders in at most so many months of the window, or one order with the share that the rule names and no order in
-- the months before the as-of date. Untestable in a window with fewer months than the rule asks for.
-- Unprofitable: gross profit below zero, or not among the 80 % of gross profit and a margin below the median of all customers
-- with revenue. Untestable where a cost is missing.
-- Squeezer: no contribution above zero, or at least so many high figures of discount rate, service minutes and days overdue.
-- It is flagged as soon as what is known suffices: unknown costs can only lower the contribution. It has passed when the
-- contribution is known and above zero, and too few figures are high or unknown. Anything else is untestable.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- check: gross_profit is not null or unprofitable = 'untestable'
-- check: not (gross_profit is null and squeezer = 'passed')
-- column: customer_id text "Customer"
-- column: revenue money "Final revenue in the window"
-- column: gross_profit money "Gross profit"
-- column: occasional text "Occasional buyer"
-- column: occasional_evidence text "Why"
-- column: unprofitable text "Large without profit"
-- column: unprofitable_evidence text "Why"
-- column: squeezer text "Squeezer"
-- column: squeezer_evidence text "Why"
-- column: n_flags count "Tests flagged"
-- column: n_untestable count "Tests that cannot be made"
WITH rule AS (
  SELECT
    max_months,
    order_share,
    min_high,
    CASE WHEN months_between($window_start, $window_end) >= min_window_months THEN true ELSE false END AS is_long,
    month_add($as_of, -CAST(silent_months AS BIGINT)) AS silent_since
  FROM rules.fake_accounts
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
facts AS (
  SELECT
    f.*,
    r.is_long,
    f.months_with_orders <= r.max_months AS has_few_months,
    f.largest_order >= r.order_share * f.revenue AND f.last_order_on <= r.silent_since AS has_one_order,
    CASE WHEN f.contribution_at_most <= 0 THEN true ELSE false END AS has_no_contribution,
    f.n_high >= r.min_high AS has_many_high,
    f.n_high + f.n_unknown < r.min_high AS has_few_high
  FROM key_accounts.fake_figures f
  CROSS JOIN rule r
),
evidence AS (
  SELECT
    customer_id,
    revenue,
    gross_profit,
    CASE
      WHEN NOT is_long THEN 'short_window'
      WHEN has_few_months AND has_one_order THEN 'few_months_one_order'
      WHEN has_few_months THEN 'few_months'
      WHEN has_one_order THEN 'one_order'
      ELSE 'repeat_orders'
    END AS occasional_evidence,
    CASE
      WHEN gross_profit IS NULL THEN 'no_cost'
      WHEN gross_profit < 0 THEN 'negative_profit'
      WHEN NOT in_k80_profit AND is_below_median THEN 'thin_margin'
      ELSE 'profitable'
    END AS unprofitable_evidence,
    CASE
      WHEN has_no_contribution AND has_many_high THEN 'no_contribution_many_concessions'
      WHEN has_no_contribution THEN 'no_contribution'
      WHEN has_many_high THEN 'many_concessions'
      WHEN gross_profit IS NULL THEN 'no_cost'
      WHEN contribution IS NULL OR NOT has_few_high THEN 'inputs_missing'
      ELSE 'contributes'
    END AS squeezer_evidence
  FROM facts
),
results AS (
  SELECT
    customer_id,
    revenue,
    gross_profit,
    occasional_evidence,
    unprofitable_evidence,
    squeezer_evidence,
    CASE occasional_evidence WHEN 'short_window' THEN 'untestable' WHEN 'repeat_orders' THEN 'passed' ELSE 'flagged' END AS occasional,
    CASE unprofitable_evidence WHEN 'no_cost' THEN 'untestable' WHEN 'profitable' THEN 'passed' ELSE 'flagged' END AS unprofitable,
    CASE
      WHEN squeezer_evidence IN ('no_cost', 'inputs_missing') THEN 'untestable'
      WHEN squeezer_evidence = 'contributes' THEN 'passed'
      ELSE 'flagged'
    END AS squeezer
  FROM evidence
)
SELECT
  customer_id,
  revenue,
  gross_profit,
  occasional,
  occasional_evidence,
  unprofitable,
  unprofitable_evidence,
  squeezer,
  squeezer_evidence,
  CASE WHEN occasional = 'flagged' THEN 1 ELSE 0 END
    + CASE WHEN unprofitable = 'flagged' THEN 1 ELSE 0 END
    + CASE WHEN squeezer = 'flagged' THEN 1 ELSE 0 END AS n_flags,
  CASE WHEN occasional = 'untestable' THEN 1 ELSE 0 END
    + CASE WHEN unprofitable = 'untestable' THEN 1 ELSE 0 END
    + CASE WHEN squeezer = 'untestable' THEN 1 ELSE 0 END AS n_untestable
FROM results
