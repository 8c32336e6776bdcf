-- How long customers stayed in a stage: events of the same stage that follow each other are one stay, which begins with the first of
-- them and ends with the day on which another stage begins. A stay without an end goes on. A move to the next stage is forward, past it
-- a skip, to an earlier one back.
--
-- grain: customer_id, entered_on
-- check: left_on > entered_on
-- check: (left_on is null) = (next_stage is null)
-- column: customer_id text "Customer"
-- column: entered_on date "Entered on"
-- column: stage text "Stage"
-- column: position count "Position of the stage"
-- column: left_on date "Left on"
-- column: next_stage text "Next stage"
-- column: next_position count "Its position"
-- column: stay_days days "Days in the stage, until now when it goes on"
-- column: move text "Forward, skip, back, or none yet"
WITH days AS (
  SELECT customer_id, happened_on, max(position) AS position
  FROM health.lifecycle_events
  GROUP BY customer_id, happened_on
),
steps AS (
  SELECT customer_id, happened_on, position, lag(position) OVER (PARTITION BY customer_id ORDER BY happened_on) AS previous
  FROM days
),
stays AS (
  SELECT
    customer_id,
    happened_on AS entered_on,
    position,
    lead(happened_on) OVER (PARTITION BY customer_id ORDER BY happened_on) AS left_on,
    lead(position) OVER (PARTITION BY customer_id ORDER BY happened_on) AS next_position
  FROM steps
  WHERE previous IS NULL OR previous <> position
),
stages AS (
  SELECT stage, position
  FROM rules.lifecycle_stages
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.customer_id,
  s.entered_on,
  a.stage,
  s.position,
  s.left_on,
  b.stage AS next_stage,
  s.next_position,
  coalesce(s.left_on, $as_of) - s.entered_on AS stay_days,
  CASE
    WHEN s.next_position IS NULL THEN 'none'
    WHEN s.next_position = s.position + 1 THEN 'forward'
    WHEN s.next_position > s.position THEN 'skip'
    ELSE 'back'
  END AS move
FROM stays s
JOIN stages a ON a.position = s.position
LEFT JOIN stages b ON b.position = s.next_position
