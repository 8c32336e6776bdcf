-- Every lead at every stage of the funnel of its line: rules.funnel_stages. A stage is reached on the earliest of its milestones
-- (rules.funnel_milestones). A lead that reached a later stage has passed all stages before it, also one that it has no day for:
-- that one was skipped. Days are those from the stage right before, when both have a day and in this order.
-- A lead whose line is unknown, or has no stages, is in no funnel.
--
-- grain: lead_id, stage
-- needs: staging.channels.line
-- check: not (is_skipped and not has_entered)
-- check: days >= 0
-- column: lead_id text "Lead"
-- column: line text "Online or offline"
-- column: entry_month month "Month of entry"
-- column: stage text "Stage"
-- column: position count "Position"
-- column: mature_days days "Days until the stage can be judged"
-- column: reached_on date "Reached on"
-- column: has_entered bool "Reached this stage or a later one"
-- column: is_skipped bool "Passed without a day of its own"
-- column: days days "Days from the stage before"
WITH stages AS (
  SELECT line, stage, position, mature_days
  FROM rules.funnel_stages
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
marks AS (
  SELECT p.lead_id, r.stage, min(m.reached_on) AS reached_on
  FROM acquisition.lead_paths p
  JOIN acquisition.milestones m ON m.lead_id = p.lead_id
  JOIN rules.funnel_milestones r ON r.line = p.line AND r.milestone = m.milestone
  WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
  GROUP BY p.lead_id, r.stage
),
spine AS (
  SELECT
    p.lead_id,
    p.line,
    p.entry_month,
    s.stage,
    s.position,
    s.mature_days,
    m.reached_on,
    max(CASE WHEN m.reached_on IS NOT NULL THEN s.position END) OVER (PARTITION BY p.lead_id) AS last_position,
    lag(m.reached_on) OVER (PARTITION BY p.lead_id ORDER BY s.position) AS before_on
  FROM acquisition.lead_paths p
  JOIN stages s ON s.line = p.line
  LEFT JOIN marks m ON m.lead_id = p.lead_id AND m.stage = s.stage
)
SELECT
  lead_id,
  line,
  entry_month,
  stage,
  position,
  mature_days,
  reached_on,
  coalesce(position <= last_position, false) AS has_entered,
  coalesce(position <= last_position, false) AND reached_on IS NULL AS is_skipped,
  CASE WHEN reached_on >= before_on THEN reached_on - before_on END AS days
FROM spine
