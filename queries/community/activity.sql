-- The customer community month by month, the last thirteen: members on the last day on record, how many of them are active on an
-- average day, how many joined because a member invited them, and events. The running month is marked. The active share is
-- the sum of active members of all days on record over the sum of members of the same days.
--
-- grain: month
-- check: active_share between 0 and 1
-- column: month month "Month"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: n_days count "Days on record"
-- column: members count "Members at the end"
-- column: active_share ratio "Active members on an average day"
-- column: invited count "Invited by members"
-- column: invite_rate ratio "Invited per member"
-- column: events count "Events"
-- column: has_festival bool "Holds a day of the Spring Festival"
WITH days AS (
  SELECT
    month_start(day) AS month,
    count(*) AS n_days,
    last_value(members ORDER BY day) FILTER (WHERE members IS NOT NULL) AS members,
    sum(CASE WHEN members IS NOT NULL THEN active_members END) AS active_sum,
    sum(CASE WHEN active_members IS NOT NULL THEN members END) AS member_sum,
    sum(invited) AS invited,
    sum(events) AS events
  FROM staging.community
  WHERE day >= month_add(month_start($as_of), -12)
  GROUP BY month_start(day)
)
SELECT
  d.month,
  month_end(d.month) > $as_of AS is_partial,
  d.n_days,
  d.members,
  CAST(d.active_sum AS DOUBLE) / NULLIF(d.member_sum, 0) AS active_share,
  d.invited,
  CAST(d.invited AS DOUBLE) / NULLIF(d.members, 0) AS invite_rate,
  d.events,
  coalesce(f.has_festival, false) AS has_festival
FROM days d
LEFT JOIN (
  SELECT month_start(period_start) AS month, has_festival FROM review.spans WHERE span = 'month'
) f ON f.month = d.month
