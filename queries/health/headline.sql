-- Health, satisfaction, stages of life, scores and labels in one row: figures for sentences, and which advice they call for. A figure whose
-- table is missing is empty, and calls for nothing. The signal named is the one that is negative for most customers.
--
-- grain: as_of
-- empty_if_missing: health.current, health.by_month, health.by_signal, health.backtest, health.days, health.satisfaction,
--   health.satisfaction_by_role, health.loyalty, scores.bands, labels.summary
-- check: n_healthy + n_watch + n_risk + n_unknown = n_customers
-- check: n_known + n_unknown = n_customers
-- check: n_answered <= n_surveyed
-- check: n_decider_low <= n_low
-- column: as_of date "As of"
-- column: n_customers count "Customers who have bought and have not left"
-- column: n_healthy count "Healthy"
-- column: n_watch count "To watch"
-- column: n_risk count "At risk"
-- column: n_unknown count "Health unknown"
-- column: n_known count "Customers whose health is known"
-- column: known_share ratio "Share of customers whose health is known"
-- column: risk_revenue money "Final revenue in the window of customers at risk"
-- column: n_silent count "Without a login within the days of the rule"
-- column: n_risk_before count "At risk at the month-end before"
-- column: silent_days days "Days without a login that are a risk"
-- column: period_days days "Length of a period"
-- column: min_drop ratio "Fall from which a signal is negative"
-- column: min_signals count "Signals that must be known"
-- column: top_signal text "Signal that is negative for most"
-- column: top_signal_negative count "Customers for whom it is"
-- column: top_signal_available count "Customers for whom it is known"
-- column: tested_on date "Month-end that is tested"
-- column: tested_days days "Days in which they may have left"
-- column: tested_risk count "At risk then"
-- column: tested_risk_left_share ratio "Share of these that left"
-- column: tested_others count "Healthy or to watch then"
-- column: tested_others_left_share ratio "Share of these that left"
-- column: tested_is_small_sample bool "Too few customers for these rates to mean much"
-- column: answer_days days "Days in which answers count"
-- column: n_surveyed count "Customers whose satisfaction can be asked"
-- column: n_answered count "Customers with an answer"
-- column: response_share ratio "Share of customers with an answer"
-- column: n_answers count "Answers"
-- column: mean_points count "Mean satisfaction, of 100"
-- column: low_share ratio "Share of answers that are low"
-- column: decider_answers count "Answers of deciders"
-- column: decider_points count "Mean satisfaction of deciders, of 100"
-- column: n_low count "Customers with low satisfaction"
-- column: low_revenue money "Their final revenue in the window"
-- column: n_decider_low count "Of these with a dissatisfied decider"
-- column: n_loyal_unhappy count "Loyal customers with low satisfaction"
-- column: loyal_unhappy_revenue money "Their final revenue in the window"
-- column: n_loyal_unasked count "Loyal customers without an answer"
-- column: n_in_stages count "Customers in a stage of life, prospects included"
-- column: n_before_buying count "Of these in a stage before buying"
-- column: n_recommending count "Of these recommending us"
-- column: n_scored count "Customers with a score"
-- column: top_band text "Highest band"
-- column: top_band_customers count "Customers in it"
-- column: top_band_revenue_share ratio "Their share of revenue"
-- column: score_known_share ratio "Mean share of score rules with evidence"
-- column: n_thin count "Customers of whom too little is known for a score"
-- column: n_score_up count "Customers in a higher band than at the month-end before"
-- column: n_score_down count "Customers in a lower band"
-- column: n_plans_apart count "Customers whose tier and score plan different contact"
-- column: n_unlabelled count "Customers without any label"
-- column: n_labelled count "Customers with a label"
-- column: stability ratio "Share in the same class as at the month-end before"
-- column: stability_compared count "Customers compared for this"
-- column: has_risk bool "Customers are at risk"
-- column: has_many_unknown bool "The health of most is unknown"
-- column: has_low bool "Customers are dissatisfied"
-- column: has_loyal_unhappy bool "Loyal customers are dissatisfied"
-- column: has_low_response bool "Fewer answer than the rule wants"
WITH rule AS (
  SELECT h.silent_days, h.period_days, h.min_drop, h.min_signals, s.answer_days, s.min_response
  FROM rules.health h
  CROSS JOIN rules.satisfaction s
  WHERE (h.valid_from IS NULL OR h.valid_from <= $as_of) AND (h.valid_to IS NULL OR h.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
known AS (
  SELECT count(usage_on) > 0 AS has_usage FROM health.days WHERE is_current
),
health AS (
  SELECT
    count(*) AS n,
    count(CASE WHEN state = 'healthy' THEN 1 END) AS healthy,
    count(CASE WHEN state = 'watch' THEN 1 END) AS watch,
    count(CASE WHEN state = 'risk' THEN 1 END) AS risk,
    count(CASE WHEN state = 'unknown' THEN 1 END) AS unknown,
    coalesce(sum(CASE WHEN state = 'risk' THEN revenue END), 0) AS risk_revenue,
    count(CASE WHEN is_silent THEN 1 END) AS silent
  FROM health.current
),
before AS (
  SELECT max(risk) AS risk FROM health.by_month WHERE month_end = month_start($as_of) - 1
),
signals AS (
  SELECT signal, negative, available
  FROM health.by_signal
  WHERE negative > 0
  ORDER BY negative DESC, position
  LIMIT 1
),
signal AS (
  SELECT max(signal) AS signal, max(negative) AS negative, max(available) AS available FROM signals
),
tested AS (
  SELECT
    max(tested_on) AS tested_on,
    max(outcome_days) AS outcome_days,
    sum(CASE WHEN state = 'risk' THEN customers END) AS risk,
    sum(CASE WHEN state = 'risk' THEN customers_left END) AS risk_left,
    sum(CASE WHEN state IN ('healthy', 'watch') THEN customers END) AS others,
    sum(CASE WHEN state IN ('healthy', 'watch') THEN customers_left END) AS others_left
  FROM health.backtest
),
small AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
satisfied AS (
  SELECT
    count(*) AS n,
    count(CASE WHEN answers > 0 THEN 1 END) AS answered,
    count(CASE WHEN satisfaction = 'low' THEN 1 END) AS low,
    coalesce(sum(CASE WHEN satisfaction = 'low' THEN revenue END), 0) AS low_revenue,
    count(CASE WHEN decider_low_answers > 0 THEN 1 END) AS decider_low
  FROM health.satisfaction
),
roles AS (
  SELECT
    max(CASE WHEN role = 'all' THEN answers END) AS answers,
    max(CASE WHEN role = 'all' THEN mean_points END) AS mean_points,
    max(CASE WHEN role = 'all' THEN low_share END) AS low_share,
    max(CASE WHEN role = 'decider' THEN answers END) AS decider_answers,
    max(CASE WHEN role = 'decider' THEN mean_points END) AS decider_points
  FROM health.satisfaction_by_role
),
loyal AS (
  SELECT
    count(*) AS n,
    count(CASE WHEN loyalty = 'high' AND satisfaction_level = 'low' THEN 1 END) AS unhappy,
    coalesce(sum(CASE WHEN loyalty = 'high' AND satisfaction_level = 'low' THEN revenue END), 0) AS unhappy_revenue,
    count(CASE WHEN loyalty = 'high' AND satisfaction_level = 'unknown' THEN 1 END) AS unasked
  FROM health.loyalty
),
stages AS (
  SELECT
    sum(customers) AS n,
    sum(CASE WHEN stage IN ('knows', 'understands', 'trusts') THEN customers ELSE 0 END) AS early,
    sum(CASE WHEN stage = 'recommends' THEN customers ELSE 0 END) AS recommending
  FROM health.lifecycle
),
scored AS (
  SELECT
    count(*) AS n,
    sum(rules_known) AS rules_known,
    sum(rules_all) AS rules_all,
    count(CASE WHEN is_thin THEN 1 END) AS thin,
    count(CASE WHEN position < position_before THEN 1 END) AS up,
    count(CASE WHEN position > position_before THEN 1 END) AS down
  FROM scores.current
),
band AS (
  SELECT
    max(CASE WHEN position = 1 THEN score_band END) AS band,
    max(CASE WHEN position = 1 THEN customers END) AS customers,
    max(CASE WHEN position = 1 THEN revenue_share END) AS revenue_share,
    sum(plans_apart) AS plans_apart
  FROM scores.bands
),
labelled AS (
  SELECT max(labelled) AS labelled, max(unlabelled) AS unlabelled FROM labels.summary WHERE label = 'any'
),
stable AS (
  SELECT max(stability) AS stability, max(compared) AS compared FROM scores.rfm_classes WHERE class = 'all'
)
SELECT
  $as_of AS as_of,
  CASE WHEN k.has_usage THEN h.n END AS n_customers,
  CASE WHEN k.has_usage THEN h.healthy END AS n_healthy,
  CASE WHEN k.has_usage THEN h.watch END AS n_watch,
  CASE WHEN k.has_usage THEN h.risk END AS n_risk,
  CASE WHEN k.has_usage THEN h.unknown END AS n_unknown,
  CASE WHEN k.has_usage THEN h.n - h.unknown END AS n_known,
  CASE WHEN k.has_usage THEN CAST(h.n - h.unknown AS DOUBLE) / NULLIF(h.n, 0) END AS known_share,
  CASE WHEN k.has_usage THEN h.risk_revenue END AS risk_revenue,
  CASE WHEN k.has_usage THEN h.silent END AS n_silent,
  b.risk AS n_risk_before,
  r.silent_days,
  r.period_days,
  CAST(r.min_drop AS DOUBLE) AS min_drop,
  r.min_signals,
  g.signal AS top_signal,
  g.negative AS top_signal_negative,
  g.available AS top_signal_available,
  t.tested_on,
  t.outcome_days AS tested_days,
  t.risk AS tested_risk,
  CAST(t.risk_left AS DOUBLE) / NULLIF(t.risk, 0) AS tested_risk_left_share,
  t.others AS tested_others,
  CAST(t.others_left AS DOUBLE) / NULLIF(t.others, 0) AS tested_others_left_share,
  CASE WHEN t.tested_on IS NOT NULL THEN least(coalesce(t.risk, 0), coalesce(t.others, 0)) < m.min_rate_units END AS tested_is_small_sample,
  r.answer_days,
  CASE WHEN s.n > 0 THEN s.n END AS n_surveyed,
  CASE WHEN s.n > 0 THEN s.answered END AS n_answered,
  CAST(s.answered AS DOUBLE) / NULLIF(s.n, 0) AS response_share,
  o.answers AS n_answers,
  o.mean_points,
  o.low_share,
  o.decider_answers,
  o.decider_points,
  CASE WHEN s.answered > 0 THEN s.low END AS n_low,
  CASE WHEN s.answered > 0 THEN s.low_revenue END AS low_revenue,
  CASE WHEN s.answered > 0 THEN s.decider_low END AS n_decider_low,
  CASE WHEN l.n > 0 THEN l.unhappy END AS n_loyal_unhappy,
  CASE WHEN l.n > 0 THEN l.unhappy_revenue END AS loyal_unhappy_revenue,
  CASE WHEN l.n > 0 THEN l.unasked END AS n_loyal_unasked,
  y.n AS n_in_stages,
  y.early AS n_before_buying,
  y.recommending AS n_recommending,
  c.n AS n_scored,
  d.band AS top_band,
  d.customers AS top_band_customers,
  d.revenue_share AS top_band_revenue_share,
  CAST(c.rules_known AS DOUBLE) / NULLIF(c.rules_all, 0) AS score_known_share,
  c.thin AS n_thin,
  c.up AS n_score_up,
  c.down AS n_score_down,
  d.plans_apart AS n_plans_apart,
  a.unlabelled AS n_unlabelled,
  a.labelled AS n_labelled,
  f.stability,
  f.compared AS stability_compared,
  h.risk > 0 AS has_risk,
  CASE WHEN k.has_usage THEN 2 * h.unknown > h.n END AS has_many_unknown,
  s.low > 0 AS has_low,
  l.unhappy > 0 AS has_loyal_unhappy,
  s.answered < r.min_response * s.n AS has_low_response
FROM rule r
CROSS JOIN known k
CROSS JOIN health h
CROSS JOIN before b
CROSS JOIN signal g
CROSS JOIN tested t
CROSS JOIN small m
CROSS JOIN satisfied s
CROSS JOIN roles o
CROSS JOIN loyal l
CROSS JOIN stages y
CROSS JOIN scored c
CROSS JOIN band d
CROSS JOIN labelled a
CROSS JOIN stable f
