-- Visits to the website by search words and day, and how many of the visitors left their number. Words are parted by spaces.
--
-- grain: keyword, day
-- as_of: day
-- fresh: 10 days
-- optional
-- warn: visits > 0
-- check: converted between 0 and visits
-- column: keyword text "Search words"
-- column: day date "Day"
-- column: visits count "Visits"
-- column: converted count "Left their number"
SELECT
  search_word AS keyword,
  visit_date AS day,
  visits,
  conversions AS converted
FROM warehouse.search_visit
