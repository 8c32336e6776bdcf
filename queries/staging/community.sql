-- The community of customers day by day: members at the end of the day, those who wrote or read, those whom a member invited, events.
--
-- grain: day
-- as_of: day
-- fresh: 10 days
-- optional
-- check: active_members between 0 and members
-- column: day date "Day"
-- column: members count "Members"
-- column: active_members count "Active members"
-- column: invited count "Invited by members"
-- column: events count "Events"
SELECT
  stat_date AS day,
  members,
  active_members,
  invited,
  events
FROM warehouse.community_day
