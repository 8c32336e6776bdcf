-- The community and the answers to questions in one row: the latest full month against the one before, and what waits for a reply on
-- the as-of date. What has no table is empty.
--
-- grain: as_of
-- empty_if_missing: community.activity, community.replies, community.unanswered, community.questions
-- column: as_of date "As of"
-- column: month month "Latest full month"
-- column: members count "Members at its end"
-- column: members_before count "At the end of the month before"
-- column: active_share ratio "Active members on an average day"
-- column: active_share_before ratio "In the month before"
-- column: invited count "Invited by members"
-- column: invited_before count "In the month before"
-- column: events count "Events"
-- column: events_before count "In the month before"
-- column: n_questions count "Questions in the month"
-- column: median_minutes count "Median minutes to the first reply"
-- column: median_minutes_before count "In the month before"
-- column: late_share ratio "Share of questions that waited too long"
-- column: late_share_before ratio "In the month before"
-- column: is_small_sample bool "Too few questions for a share to mean much"
-- column: n_unanswered count "Questions that wait too long for a reply"
-- column: n_waiting_customers count "Customers who asked them"
-- column: longest_hours count "Hours the oldest has waited"
-- column: max_hours count "Hours allowed"
-- column: is_activity_down bool "The active share fell"
-- column: is_inflow_down bool "Fewer were invited by members"
-- column: is_without_events bool "No event in the month"
-- column: has_unanswered bool "Questions wait too long for a reply"
WITH months AS (
  SELECT period_start AS month, k FROM review.spans WHERE span = 'full_month' AND k <= 1
),
activity AS (
  SELECT
    max(CASE WHEN m.k = 0 THEN a.members END) AS members,
    max(CASE WHEN m.k = 1 THEN a.members END) AS members_before,
    max(CASE WHEN m.k = 0 THEN a.active_share END) AS active_share,
    max(CASE WHEN m.k = 1 THEN a.active_share END) AS active_share_before,
    max(CASE WHEN m.k = 0 THEN a.invited END) AS invited,
    max(CASE WHEN m.k = 1 THEN a.invited END) AS invited_before,
    max(CASE WHEN m.k = 0 THEN a.events END) AS events,
    max(CASE WHEN m.k = 1 THEN a.events END) AS events_before
  FROM community.activity a
  JOIN months m ON m.month = a.month
),
replies AS (
  SELECT
    max(CASE WHEN m.k = 0 THEN r.n_questions END) AS n_questions,
    max(CASE WHEN m.k = 0 THEN r.median_minutes END) AS median_minutes,
    max(CASE WHEN m.k = 1 THEN r.median_minutes END) AS median_minutes_before,
    max(CASE WHEN m.k = 0 THEN r.late_share END) AS late_share,
    max(CASE WHEN m.k = 1 THEN r.late_share END) AS late_share_before,
    bool_or(CASE WHEN m.k = 0 THEN r.is_small_sample END) AS is_small_sample
  FROM community.replies r
  JOIN months m ON m.month = r.month
),
asked AS (
  SELECT count(*) > 0 AS is_known, count(CASE WHEN is_unanswered THEN 1 END) AS n_unanswered FROM community.questions
),
waiting AS (
  SELECT count(*) AS n_customers, max(waited_hours) AS longest_hours FROM community.unanswered
),
rule AS (
  SELECT max_hours
  FROM rules.reply_limits
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  m.month,
  a.*,
  r.*,
  CASE WHEN q.is_known THEN q.n_unanswered END AS n_unanswered,
  CASE WHEN q.is_known THEN w.n_customers END AS n_waiting_customers,
  w.longest_hours,
  l.max_hours,
  coalesce(a.active_share < a.active_share_before, false) AS is_activity_down,
  coalesce(a.invited < a.invited_before, false) AS is_inflow_down,
  coalesce(a.events = 0, false) AS is_without_events,
  q.n_unanswered > 0 AS has_unanswered
FROM activity a
CROSS JOIN replies r
CROSS JOIN asked q
CROSS JOIN waiting w
CROSS JOIN rule l
JOIN months m ON m.k = 0
