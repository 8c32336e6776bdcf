-- The steps of each lead through the public pool in their order: into the pool, cleaned, claimed, returned, recycled. Events have a day and
-- no time. On one day a lead that was held before goes back first and is claimed then; one that was not goes in, is cleaned,
-- is claimed and then goes back. What is on record twice on a day counts once. A lead that is put into the pool while it is held has
-- been returned.
--
-- grain: lead_id, step_no
-- needs: staging.lead_events.event
-- check: kind in ('in', 'cleaned', 'claim', 'back')
-- column: lead_id text "Lead"
-- column: step_no count "Number of the step"
-- column: happened_on date "Day"
-- column: event text "Event"
-- column: kind text "Kind of step"
-- column: actor_id text "Who did it"
-- column: pool_id text "Pool"
-- column: before_on date "Day of the step before"
-- column: before_kind text "Kind of the step before"
WITH events AS (
  SELECT DISTINCT e.lead_id, e.happened_on, e.event, e.actor_id, e.pool_id
  FROM staging.lead_events e
  JOIN acquisition.lead_paths p ON p.lead_id = e.lead_id
  WHERE e.event IN ('pool_in', 'cleaned', 'claim', 'return', 'recycle')
),
days AS (
  SELECT
    lead_id,
    happened_on,
    count(CASE WHEN event = 'claim' THEN 1 END) - count(CASE WHEN event IN ('return', 'recycle') THEN 1 END) AS net,
    count(CASE WHEN event IN ('claim', 'return', 'recycle') THEN 1 END) AS moves,
    count(CASE WHEN event = 'pool_in' THEN 1 END) AS ins
  FROM events
  GROUP BY lead_id, happened_on
),
held AS (
  SELECT
    lead_id,
    happened_on,
    last_value(CASE WHEN net > 0 THEN true WHEN net < 0 OR (moves = 0 AND ins > 0) THEN false END) IGNORE NULLS OVER (
      PARTITION BY lead_id ORDER BY happened_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS was_held
  FROM days
),
placed AS (
  SELECT
    e.*,
    CASE
      WHEN e.event = 'claim' THEN 'claim'
      WHEN e.event = 'cleaned' THEN 'cleaned'
      WHEN e.event = 'pool_in' AND h.was_held IS NOT TRUE THEN 'in'
      ELSE 'back'
    END AS kind,
    CASE
      WHEN e.event = 'pool_in' THEN 1
      WHEN e.event IN ('return', 'recycle') THEN CASE WHEN h.was_held THEN 2 ELSE 5 END
      WHEN e.event = 'cleaned' THEN 3
      ELSE 4
    END AS place
  FROM events e
  JOIN held h ON h.lead_id = e.lead_id AND h.happened_on = e.happened_on
),
numbered AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY lead_id ORDER BY happened_on, place, event, actor_id, pool_id) AS step_no
  FROM placed
)
SELECT
  lead_id,
  step_no,
  happened_on,
  event,
  kind,
  actor_id,
  pool_id,
  lag(happened_on) OVER (PARTITION BY lead_id ORDER BY step_no) AS before_on,
  lag(kind) OVER (PARTITION BY lead_id ORDER BY step_no) AS before_kind
FROM numbered
