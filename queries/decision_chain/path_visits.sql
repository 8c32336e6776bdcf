-- The way of each deal through the customer's house, stage by stage, as it was: deals that ended in the window and open ones. The
-- stages and their order are those of rules.approval_stages; entries of other names are left out (decision_chain.other_stages).
-- Entries of one day stand in the order of the stages. A stage that is named again without another one in between is the same
-- visit. A visit ends with the next one; the last one ends with the deal, of a won deal not before it began, and goes on as
-- long as the deal is open. Entries after the day a deal was lost are left out. A visit that is followed by an earlier stage was
-- sent back.
--
-- grain: opportunity_id, visit_no
-- check: outcome in ('moved_on', 'sent_back', 'won', 'lost', 'open')
-- check: (outcome = 'open') = (left_on is null)
-- check: days >= 0
-- column: opportunity_id text "Opportunity"
-- column: visit_no count "Number of the visit"
-- column: stage text "Stage"
-- column: position count "Place of the stage"
-- column: entered_on date "Entered on"
-- column: left_on date "Left on"
-- column: days days "Days in the stage, up to the as-of date where it goes on"
-- column: outcome text "What came next"
WITH entries AS (
  SELECT DISTINCT e.opportunity_id, s.stage, s.position, e.entered_on, d.state, d.ended_on
  FROM staging.opportunity_stages e
  JOIN decision_chain.deals d ON d.opportunity_id = e.opportunity_id
  JOIN rules.approval_stages s
    ON s.stage = e.stage
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
  WHERE d.is_in_period AND (d.state <> 'lost' OR e.entered_on <= d.ended_on)
),
marked AS (
  SELECT *, lag(stage) OVER (PARTITION BY opportunity_id ORDER BY entered_on, position) AS stage_before
  FROM entries
),
visits AS (
  SELECT
    opportunity_id,
    row_number() OVER (PARTITION BY opportunity_id ORDER BY entered_on, position) AS visit_no,
    stage,
    position,
    entered_on,
    state,
    ended_on,
    lead(entered_on) OVER (PARTITION BY opportunity_id ORDER BY entered_on, position) AS next_on,
    lead(position) OVER (PARTITION BY opportunity_id ORDER BY entered_on, position) AS next_position
  FROM marked
  WHERE stage_before IS NULL OR stage_before <> stage
),
ends AS (
  SELECT
    opportunity_id,
    CAST(visit_no AS BIGINT) AS visit_no,
    stage,
    position,
    entered_on,
    CASE WHEN next_on IS NOT NULL THEN next_on WHEN state <> 'open' THEN greatest(ended_on, entered_on) END AS left_on,
    CASE
      WHEN next_position < position THEN 'sent_back'
      WHEN next_position IS NOT NULL THEN 'moved_on'
      ELSE state
    END AS outcome
  FROM visits
)
SELECT
  opportunity_id,
  visit_no,
  stage,
  position,
  entered_on,
  left_on,
  coalesce(left_on, $as_of) - entered_on AS days,
  outcome
FROM ends
