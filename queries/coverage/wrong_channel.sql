-- Customers who are served in another channel than their balance calls for, the largest balance first.
--
-- grain: customer_id
-- order: balance desc, customer_id
-- total: count(*) = (select count(*) from coverage.channels where result = 'wrong')
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: balance money "Average balance of the last full month"
-- column: required_channel text "Channel by balance"
-- column: actual_channel text "Actual channel"
-- column: misplaced text "Served below or above what the balance calls for"
SELECT customer_id, customer_name, owner_id, owner_name, balance, required_channel, actual_channel, misplaced
FROM coverage.channels
WHERE result = 'wrong'
