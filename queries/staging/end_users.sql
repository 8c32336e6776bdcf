-- People who use the product as guests or members of a customer, on the day each was first seen.
--
-- grain: end_user_id
-- as_of: first_seen_on
-- optional
-- column: end_user_id text "End user"
-- column: customer_id text "Customer"
-- column: city text "City"
-- column: first_seen_on date "First seen on"
SELECT
  member_no AS end_user_id,
  account_no AS customer_id,
  city,
  first_seen_date AS first_seen_on
FROM warehouse.member
