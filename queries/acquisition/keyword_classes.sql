-- Head against tail: what all keywords of a kind bring together (acquisition.keywords). Shares of visits are of all visits, those by our
-- brand included; shares of revenue are of the customers who came by a keyword.
--
-- grain: keyword_class
-- order: position
-- total: sum(visits) = (select coalesce(sum(visits), 0) from acquisition.keywords)
-- total: sum(revenue) = (select sum(revenue) from acquisition.keywords)
-- column: keyword_class text "Brand, head or tail"
-- column: position count "Position"
-- column: keywords count "Keywords"
-- column: visits count "Visits in the window"
-- column: visit_share ratio "Share of visits"
-- column: visits_per_keyword count "Visits for each keyword"
-- column: judged_visits count "Visits of which it is known whether they converted"
-- column: converted count "Left their number"
-- column: conversion ratio "Share of visits that left their number"
-- column: leads count "Leads in the window"
-- column: new_customers count "New customers in the window, by first lead"
-- column: revenue money "Final revenue in the window of customers who first came so"
-- column: revenue_share ratio "Share of this revenue"
-- column: is_small_sample bool "Too few visits for a rate to mean much"
WITH classes AS (
  SELECT * FROM (VALUES ('head', 1), ('tail', 2), ('brand', 3)) AS c (keyword_class, position)
),
acc AS (
  SELECT
    keyword_class,
    count(*) AS keywords,
    sum(visits) AS visits,
    sum(judged_visits) AS judged_visits,
    sum(converted) AS converted,
    sum(leads) AS leads,
    sum(new_customers) AS new_customers,
    sum(revenue) AS revenue
  FROM acquisition.keywords
  GROUP BY keyword_class
),
known AS (
  SELECT count(leads) > 0 AS has_leads FROM acquisition.keywords
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  c.keyword_class,
  c.position,
  coalesce(a.keywords, 0) AS keywords,
  coalesce(a.visits, 0) AS visits,
  CAST(coalesce(a.visits, 0) AS DOUBLE) / NULLIF(sum(a.visits) OVER (), 0) AS visit_share,
  CAST(a.visits AS DOUBLE) / NULLIF(a.keywords, 0) AS visits_per_keyword,
  coalesce(a.judged_visits, 0) AS judged_visits,
  a.converted,
  CAST(a.converted AS DOUBLE) / NULLIF(a.judged_visits, 0) AS conversion,
  CASE WHEN k.has_leads THEN coalesce(a.leads, 0) END AS leads,
  CASE WHEN k.has_leads THEN coalesce(a.new_customers, 0) END AS new_customers,
  CASE WHEN k.has_leads THEN coalesce(a.revenue, 0) END AS revenue,
  CAST(coalesce(a.revenue, 0) AS DOUBLE) / NULLIF(CAST(sum(a.revenue) OVER () AS DOUBLE), 0) AS revenue_share,
  coalesce(a.judged_visits, 0) < r.min_rate_units AS is_small_sample
FROM classes c
CROSS JOIN known k
CROSS JOIN rule r
LEFT JOIN acc a ON a.keyword_class = c.keyword_class
