-- Answers to surveys: satisfaction from 1 to 5, recommendation from 0 to 10, recognition of the brand from 0 to 100.
--
-- grain: answer_no
-- as_of: answered_on
-- optional
-- check: kind in ('satisfaction', 'nps', 'brand')
-- warn: score between 0 and 100
-- column: answer_no text "Answer"
-- column: customer_id text "Customer"
-- column: person_id text "Person"
-- column: answered_on date "Answered on"
-- column: kind text "Kind of survey"
-- column: score count "Score"
SELECT
  answer_no,
  account_no AS customer_id,
  person_no AS person_id,
  answered_date AS answered_on,
  CASE survey_type
    WHEN '满意度' THEN 'satisfaction'
    WHEN '净推荐值' THEN 'nps'
    WHEN '品牌认知' THEN 'brand'
    ELSE survey_type
  END AS kind,
  score
FROM warehouse.survey_answer
