-- Where the people at customers work and worked.
--
-- grain: person_id, customer_id
-- as_of: started_on
-- optional
-- warn: ended_on is null or ended_on >= started_on
-- column: person_id text "Person"
-- column: customer_id text "Customer"
-- column: started_on date "Started on"
-- column: ended_on date "Ended on"
SELECT
  person_no AS person_id,
  account_no AS customer_id,
  start_date AS started_on,
  end_date AS ended_on
FROM warehouse.job_history
