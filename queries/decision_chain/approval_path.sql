-- The approval path: how far deals come in the customer's house, how long each stage takes and where they are lost. Deals that ended
-- in the window and open ones, as far as stages are on record. A stage is reached by every deal that entered it or a later one,
-- and skipped by those that entered a later one alone. Who left a stage, by moving on, back, or by winning the deal, has passed it. Drop-off
-- is the share lost there of those that passed it or were lost there; open deals are in no share, because their way is not over.
-- Days are those of deals that passed, all visits together. The days above which an open deal is stuck are the smallest number that
-- the share of rules.sales_cycle of those deals does not exceed; with few of them there is no such number.
--
-- grain: stage
-- order: position
-- check: entered = passed + lost + open
-- check: reached = entered + skipped
-- check: stuck <= open
-- total: sum(lost) = (select count(*) from decision_chain.path_stages where outcome = 'lost')
-- total: sum(open) = (select count(*) from decision_chain.path_stages where outcome = 'open')
-- total: sum(entered) = (select count(*) from decision_chain.path_stages)
-- column: stage text "Stage"
-- column: position count "Place of the stage"
-- column: reached count "Deals that came this far"
-- column: entered count "Entered it"
-- column: skipped count "Skipped it"
-- column: repeated count "Entered it more than once"
-- column: sent_back count "Sent back from it"
-- column: passed count "Passed it"
-- column: lost count "Lost in it"
-- column: open count "Now in it"
-- column: reached_rate ratio "Share of the stage before that came this far"
-- column: drop_off ratio "Lost of those passed or lost"
-- column: median_days days "Median days of those that passed"
-- column: stuck_after_days days "Longer than this is stuck"
-- column: stuck count "Open deals that are stuck"
-- column: is_small_sample bool "Too few deals for a rate or a median to mean much"
WITH stages AS (
  SELECT stage, position
  FROM rules.approval_stages
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
rule AS (
  SELECT c.stuck_percentile, s.min_units
  FROM rules.sales_cycle c
  CROSS JOIN rules.small_samples s
  WHERE (c.valid_from IS NULL OR c.valid_from <= $as_of) AND (c.valid_to IS NULL OR c.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
deals AS (
  SELECT opportunity_id, max(position) AS furthest_position
  FROM decision_chain.path_stages
  GROUP BY opportunity_id
),
reached AS (
  SELECT s.stage, count(*) AS n
  FROM stages s
  JOIN deals d ON d.furthest_position >= s.position
  GROUP BY s.stage
),
passed AS (
  SELECT
    stage,
    days,
    row_number() OVER (PARTITION BY stage ORDER BY days, opportunity_id) AS place,
    count(*) OVER (PARTITION BY stage) AS n
  FROM decision_chain.path_stages
  WHERE outcome IN ('moved_on', 'won')
),
limits AS (
  -- One digit after the point, because the median of an even number lies between two of them.
  SELECT
    p.stage,
    median(CAST(p.days AS DECIMAL(20, 1))) AS median_days,
    CASE WHEN min(p.n) >= min(r.min_units) THEN min(CASE WHEN p.place >= r.stuck_percentile * p.n THEN p.days END) END AS stuck_after_days
  FROM passed p
  CROSS JOIN rule r
  GROUP BY p.stage
),
acc AS (
  SELECT
    s.stage,
    count(*) AS entered,
    count(CASE WHEN s.visits > 1 THEN 1 END) AS repeated,
    count(CASE WHEN s.times_sent_back > 0 THEN 1 END) AS sent_back,
    count(CASE WHEN s.outcome IN ('moved_on', 'won') THEN 1 END) AS passed,
    count(CASE WHEN s.outcome = 'lost' THEN 1 END) AS lost,
    count(CASE WHEN s.outcome = 'open' THEN 1 END) AS open,
    count(CASE WHEN s.outcome = 'open' AND s.days > l.stuck_after_days THEN 1 END) AS stuck
  FROM decision_chain.path_stages s
  LEFT JOIN limits l ON l.stage = s.stage
  GROUP BY s.stage
)
SELECT
  s.stage,
  s.position,
  coalesce(r.n, 0) AS reached,
  coalesce(a.entered, 0) AS entered,
  coalesce(r.n, 0) - coalesce(a.entered, 0) AS skipped,
  coalesce(a.repeated, 0) AS repeated,
  coalesce(a.sent_back, 0) AS sent_back,
  coalesce(a.passed, 0) AS passed,
  coalesce(a.lost, 0) AS lost,
  coalesce(a.open, 0) AS open,
  CAST(r.n AS DOUBLE) / NULLIF(lag(r.n) OVER (ORDER BY s.position), 0) AS reached_rate,
  CAST(a.lost AS DOUBLE) / NULLIF(a.passed + a.lost, 0) AS drop_off,
  l.median_days,
  l.stuck_after_days,
  CASE WHEN l.stuck_after_days IS NOT NULL THEN a.stuck END AS stuck,
  coalesce(a.passed, 0) < k.min_units AS is_small_sample
FROM stages s
CROSS JOIN rule k
LEFT JOIN reached r ON r.stage = s.stage
LEFT JOIN acc a ON a.stage = s.stage
LEFT JOIN limits l ON l.stage = s.stage
