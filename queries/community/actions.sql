-- Customers whose questions wait for a reply longer than allowed: as many as rules.reply_limits lists, the longest wait first. Due by
-- rules.action_days.
--
-- grain: position
-- empty_if_missing: community.unanswered
-- check: due_on >= $as_of
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Why"
-- column: due_on date "By"
-- column: n_unanswered count "Questions without a reply"
-- column: waited_hours count "Hours the oldest has waited"
-- column: asked_on date "Day of the oldest"
-- column: revenue money "Final revenue in the window"
WITH ranked AS (
  SELECT
    *,
    CAST(row_number() OVER (ORDER BY waited_hours DESC, revenue DESC NULLS LAST, customer_id) AS BIGINT) AS position
  FROM community.unanswered
)
SELECT
  r.position,
  r.customer_id,
  r.customer_name,
  r.owner_id,
  r.owner_name,
  d.action,
  'question_unanswered' AS why,
  $as_of + d.days AS due_on,
  r.n_unanswered,
  r.waited_hours,
  r.asked_on,
  r.revenue
FROM ranked r
JOIN rules.reply_limits l
  ON (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
JOIN rules.action_days d
  ON d.action = 'answer_question' AND (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
WHERE r.position <= l.max_listed
