-- The transaction cycle in one row. The median is that of Kaplan and Meier: the first day by which at most half of the deals are not
-- complete; it is empty as long as more than half are not. The median of complete deals stands beside to show what it
-- leaves out: deals that take long are still open and not in it. The cycle is long when more than half of the deals are not
-- complete after the days of rules.sales_cycle; where no deal was seen for longer than these days that is not known.
--
-- grain: as_of
-- check: deals = complete + unpaid + lost + open + unmeasured
-- total: sum(deals) = (select count(*) from decision_chain.deals)
-- column: as_of date "As of"
-- column: deals count "Deals"
-- column: complete count "Complete"
-- column: unpaid count "Won, but not paid up"
-- column: lost count "Lost"
-- column: open count "Open"
-- column: unmeasured count "Ended before they began"
-- column: median_days days "Median days to the last payment"
-- column: median_complete_days days "Median days of complete deals alone"
-- column: longest_days days "The longest that a deal was seen"
-- column: long_days days "A median above this is long"
-- column: is_long bool "The cycle is long"
-- column: is_small_sample bool "Too few deals for a rate to mean much"
WITH acc AS (
  SELECT
    count(*) AS deals,
    count(CASE WHEN observed_days IS NULL THEN 1 END) AS unmeasured,
    count(CASE WHEN transaction_state = 'complete' AND observed_days IS NOT NULL THEN 1 END) AS complete,
    count(CASE WHEN transaction_state = 'unpaid' AND observed_days IS NOT NULL THEN 1 END) AS unpaid,
    count(CASE WHEN transaction_state = 'lost' AND observed_days IS NOT NULL THEN 1 END) AS lost,
    count(CASE WHEN transaction_state = 'open' AND observed_days IS NOT NULL THEN 1 END) AS open,
    median(CASE WHEN transaction_state = 'complete' THEN CAST(observed_days AS DECIMAL(20, 1)) END) AS median_complete_days,
    max(observed_days) AS longest_days
  FROM decision_chain.transactions
),
curve AS (
  -- A share of exactly one half comes out of logarithms: nine digits of it are certain.
  SELECT min(CASE WHEN round(survival, 9) <= 0.5 THEN days END) AS median_days FROM decision_chain.cycle_survival
),
rule AS (
  SELECT c.long_days, s.min_rate_units
  FROM rules.sales_cycle c
  CROSS JOIN rules.small_samples s
  WHERE (c.valid_from IS NULL OR c.valid_from <= $as_of) AND (c.valid_to IS NULL OR c.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  a.deals,
  a.complete,
  a.unpaid,
  a.lost,
  a.open,
  a.unmeasured,
  c.median_days,
  a.median_complete_days,
  a.longest_days,
  r.long_days,
  CASE
    WHEN c.median_days <= r.long_days THEN false
    WHEN a.longest_days > r.long_days THEN true
  END AS is_long,
  a.deals - a.unmeasured < r.min_rate_units AS is_small_sample
FROM acc a
CROSS JOIN curve c
CROSS JOIN rule r
