-- The ledger of the customer score on the as-of date: which rule gave which customer how many points, and on what evidence. The lines
-- of a customer add up to its score in scores.current; scores.ledgers says how a line comes about.
--
-- grain: customer_id, rule_id
-- order: customer_id, points desc, rule_id
-- column: customer_id text "Customer"
-- column: rule_id text "Rule"
-- column: dimension text "Dimension"
-- column: value count "Evidence"
-- column: evidence_on date "Day of the newest evidence"
-- column: halvings count "Half-lives passed"
-- column: points count "Points"
-- column: rule_version text "Version of the rule"
SELECT customer_id, rule_id, dimension, value, evidence_on, halvings, points, rule_version
FROM scores.ledgers
WHERE scored_on = $as_of
