-- Search words and what came by each: visits of the window and how many of them left their number; leads of the window; customers by
-- their first lead, and their final revenue in the window. Capitals and additional spaces make no other keyword.
-- A keyword with the name of our brand (rules.brand_words) is one of those who know us already, and stands apart. Of the others a
-- keyword is tail when it is long and rare by rules.keywords: long with so many words between spaces, or so many Chinese characters,
-- because Chinese is written without spaces; rare with at most so many times the mean visits of a keyword. All others are head.
-- A keyword of leads alone has no visits. Conversion is that of visits for which it is known whether they converted.
--
-- grain: keyword
-- order: visits desc, revenue desc, keyword
-- empty_if_missing: acquisition.lead_paths, acquisition.customers
-- check: keyword_class in ('brand', 'head', 'tail')
-- check: converted <= judged_visits and judged_visits <= visits
-- total: sum(visits) = (select coalesce(sum(visits), 0) from staging.search_visits where day >= $window_start and day < $window_end)
-- column: keyword text "Keyword"
-- column: keyword_class text "Brand, head or tail"
-- column: words count "Words"
-- column: han_characters count "Chinese characters"
-- column: visits count "Visits in the window"
-- column: months_with_visits count "Months with visits"
-- column: judged_visits count "Visits of which it is known whether they converted"
-- column: converted count "Left their number"
-- column: conversion ratio "Share of visits that left their number"
-- column: leads count "Leads in the window"
-- column: new_customers count "New customers in the window, by first lead"
-- column: revenue money "Final revenue in the window of customers who first came so"
-- column: is_small_sample bool "Too few visits for a rate to mean much"
WITH visited AS (
  SELECT
    trim(regexp_replace(lower(keyword), '\s+', ' ', 'g')) AS keyword,
    sum(visits) AS visits,
    count(DISTINCT CASE WHEN visits > 0 THEN month_start(day) END) AS months_with_visits,
    coalesce(sum(CASE WHEN converted IS NOT NULL THEN visits END), 0) AS judged_visits,
    sum(converted) AS converted
  FROM staging.search_visits
  WHERE day >= $window_start AND day < $window_end
  GROUP BY trim(regexp_replace(lower(keyword), '\s+', ' ', 'g'))
),
asked AS (
  SELECT
    lead_id,
    trim(regexp_replace(lower(keyword), '\s+', ' ', 'g')) AS keyword,
    created_on >= $window_start AND created_on < $window_end AS is_in_window
  FROM acquisition.lead_paths
  WHERE keyword IS NOT NULL
),
came AS (
  SELECT
    a.keyword,
    count(CASE WHEN a.is_in_window THEN 1 END) AS leads,
    count(CASE WHEN c.is_new THEN 1 END) AS new_customers,
    coalesce(sum(c.window_revenue), 0) AS revenue
  FROM asked a
  LEFT JOIN acquisition.customers c ON c.lead_id = a.lead_id
  GROUP BY a.keyword
),
known AS (
  SELECT count(*) > 0 AS has_leads FROM came
),
brands AS (
  SELECT lower(word) AS word
  FROM rules.brand_words
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
rule AS (
  SELECT k.min_words, k.min_han, k.max_times_mean, s.min_rate_units
  FROM rules.keywords k
  CROSS JOIN rules.small_samples s
  WHERE (k.valid_from IS NULL OR k.valid_from <= $as_of) AND (k.valid_to IS NULL OR k.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
words AS (
  SELECT
    coalesce(v.keyword, c.keyword) AS keyword,
    coalesce(v.visits, 0) AS visits,
    coalesce(v.months_with_visits, 0) AS months_with_visits,
    coalesce(v.judged_visits, 0) AS judged_visits,
    v.converted,
    coalesce(c.leads, 0) AS leads,
    coalesce(c.new_customers, 0) AS new_customers,
    coalesce(c.revenue, 0) AS revenue
  FROM visited v
  FULL OUTER JOIN came c ON c.keyword = v.keyword
),
measured AS (
  SELECT
    w.*,
    length(regexp_replace(w.keyword, '[^ ]', '', 'g')) + 1 AS words,
    length(regexp_replace(w.keyword, '[^\p{Han}]', '', 'g')) AS han_characters,
    b.keyword IS NOT NULL AS is_brand
  FROM words w
  LEFT JOIN (
    SELECT DISTINCT w.keyword FROM words w JOIN brands b ON strpos(w.keyword, b.word) > 0
  ) b ON b.keyword = w.keyword
),
averaged AS (
  SELECT
    *,
    sum(CASE WHEN NOT is_brand THEN visits END) OVER () AS other_visits,
    count(CASE WHEN NOT is_brand AND visits > 0 THEN 1 END) OVER () AS other_keywords
  FROM measured
)
SELECT
  a.keyword,
  CASE
    WHEN a.is_brand THEN 'brand'
    WHEN (a.words >= r.min_words OR a.han_characters >= r.min_han)
      AND a.visits * a.other_keywords <= a.other_visits * r.max_times_mean
    THEN 'tail'
    ELSE 'head'
  END AS keyword_class,
  a.words,
  a.han_characters,
  a.visits,
  a.months_with_visits,
  a.judged_visits,
  CASE WHEN a.judged_visits > 0 THEN coalesce(a.converted, 0) END AS converted,
  CAST(a.converted AS DOUBLE) / NULLIF(a.judged_visits, 0) AS conversion,
  CASE WHEN k.has_leads THEN a.leads END AS leads,
  CASE WHEN k.has_leads THEN a.new_customers END AS new_customers,
  CASE WHEN k.has_leads THEN a.revenue END AS revenue,
  a.judged_visits < r.min_rate_units AS is_small_sample
FROM averaged a
CROSS JOIN known k
CROSS JOIN rule r
