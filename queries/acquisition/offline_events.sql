-- Customers won through offline events, against all new customers of the window whose channel is known. An offline event is a channel
-- of line offline and mode event. A customer is counted once, also when it came through two channels: by its first channel, by its last
-- one, and with any channel of its leads. The benchmark is that of rules.event_benchmark, which says whether it has a source.
--
-- grain: as_of
-- needs: staging.channels.mode
-- check: by_first <= by_any and by_last <= by_any and by_any <= known_customers
-- column: as_of date "As of"
-- column: new_customers count "New customers in the window"
-- column: known_customers count "Of these with a known channel"
-- column: by_first count "Won through an offline event, by first channel"
-- column: by_last count "Won through an offline event, by last channel"
-- column: by_any count "An offline event is among the channels"
-- column: first_share ratio "Share by first channel"
-- column: last_share ratio "Share by last channel"
-- column: any_share ratio "Share with an offline event among the channels"
-- column: benchmark ratio "Benchmark"
-- column: is_sourced bool "The benchmark has a source"
-- column: gap ratio "Share by first channel less the benchmark"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH sums AS (
  SELECT
    count(*) AS new_customers,
    count(CASE WHEN mode <> 'unknown' OR last_mode <> 'unknown' OR is_of_event THEN 1 END) AS known_customers,
    count(CASE WHEN line = 'offline' AND mode = 'event' THEN 1 END) AS by_first,
    count(CASE WHEN last_line = 'offline' AND last_mode = 'event' THEN 1 END) AS by_last,
    count(CASE WHEN is_of_event THEN 1 END) AS by_any
  FROM acquisition.customers
  WHERE is_new
),
rule AS (
  SELECT b.event_share, b.is_sourced, s.min_units
  FROM rules.event_benchmark b
  CROSS JOIN rules.small_samples s
  WHERE (b.valid_from IS NULL OR b.valid_from <= $as_of) AND (b.valid_to IS NULL OR b.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  s.new_customers,
  s.known_customers,
  s.by_first,
  s.by_last,
  s.by_any,
  CAST(s.by_first AS DOUBLE) / NULLIF(s.known_customers, 0) AS first_share,
  CAST(s.by_last AS DOUBLE) / NULLIF(s.known_customers, 0) AS last_share,
  CAST(s.by_any AS DOUBLE) / NULLIF(s.known_customers, 0) AS any_share,
  CAST(r.event_share AS DOUBLE) AS benchmark,
  r.is_sourced,
  CAST(s.by_first - r.event_share * s.known_customers AS DOUBLE) / NULLIF(s.known_customers, 0) AS gap,
  s.known_customers < r.min_units AS is_small_sample
FROM sums s
CROSS JOIN rule r
