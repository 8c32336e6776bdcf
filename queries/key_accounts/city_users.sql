-- New end users of each city before and after every day on which a customer went live: as many days on both sides as
-- rules.local_influence has it, the day itself being the first one after.
-- A city is a control when no candidate for key accounts went live in it during those days. Cities whose name several
-- provinces share are left out, because end users come without a province. Days whose time after is not over yet, or
-- whose time before began earlier than the first end user seen anywhere, are left out too: nothing can be said of them. An end
-- user whose customer is not known counts for the city all the same.
--
-- grain: city_name, go_live_on
-- empty_if_missing: staging.end_users
-- check: new_before >= 0 and new_after >= 0
-- column: city_name text "City"
-- column: go_live_on date "Live since"
-- column: new_before count "New end users before"
-- column: new_after count "New end users after"
-- column: is_control bool "No candidate went live here in these days"
WITH rule AS (
  SELECT pull_days
  FROM rules.local_influence
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
ambiguous AS (
  SELECT DISTINCT city_name FROM key_accounts.places WHERE is_ambiguous
),
users AS (
  SELECT e.city AS city_name, e.first_seen_on AS day, count(*) AS n
  FROM staging.end_users e
  LEFT JOIN value.units u ON u.customer_id = e.customer_id
  LEFT JOIN ambiguous a ON a.city_name = e.city
  WHERE e.city IS NOT NULL AND u.is_internal IS NOT TRUE AND a.city_name IS NULL
  GROUP BY e.city, e.first_seen_on
),
users_of_city AS (
  SELECT *, min(day) OVER () AS first_day, row_number() OVER (PARTITION BY city_name ORDER BY day) AS n_day
  FROM users
),
days AS (
  SELECT DISTINCT l.go_live_on
  FROM key_accounts.went_live l
  CROSS JOIN rule r
  WHERE l.go_live_on + CAST(r.pull_days AS INT) - 1 <= $as_of
),
-- A running count of the users of a city, read off at three days for each day of going live.
marks AS (
  SELECT
    u.city_name,
    d.go_live_on,
    p.part,
    d.go_live_on + CAST(p.part * r.pull_days AS INT) AS day,
    0 AS is_user,
    0 AS n
  FROM users_of_city u
  CROSS JOIN rule r
  JOIN days d ON u.n_day = 1 AND u.first_day <= d.go_live_on - CAST(r.pull_days AS INT)
  CROSS JOIN (VALUES (-1), (0), (1)) AS p (part)
  UNION ALL
  SELECT city_name, CAST(NULL AS DATE), NULL, day, 1, n
  FROM users_of_city
),
counted AS (
  SELECT
    city_name,
    go_live_on,
    part,
    sum(n) OVER (PARTITION BY city_name ORDER BY day, is_user, go_live_on ROWS UNBOUNDED PRECEDING) AS seen
  FROM marks
),
changes AS (
  SELECT
    city_name,
    go_live_on,
    max(CASE WHEN part = 0 THEN seen END) - max(CASE WHEN part = -1 THEN seen END) AS new_before,
    max(CASE WHEN part = 1 THEN seen END) - max(CASE WHEN part = 0 THEN seen END) AS new_after
  FROM counted
  WHERE go_live_on IS NOT NULL
  GROUP BY city_name, go_live_on
),
candidates AS (
  SELECT DISTINCT city_name, go_live_on FROM key_accounts.went_live WHERE is_candidate
),
touched AS (
  SELECT DISTINCT c.city_name, d.go_live_on
  FROM days d
  CROSS JOIN rule r
  JOIN candidates c
    ON c.go_live_on >= d.go_live_on - CAST(r.pull_days AS INT) AND c.go_live_on < d.go_live_on + CAST(r.pull_days AS INT)
)
SELECT
  c.city_name,
  c.go_live_on,
  c.new_before,
  c.new_after,
  t.city_name IS NULL AS is_control
FROM changes c
LEFT JOIN touched t ON t.city_name = c.city_name AND t.go_live_on = c.go_live_on
