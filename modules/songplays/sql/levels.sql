-- How many users have listened from `:start` to `:end`, and how often, by what they pay.
select level, count(distinct user_id) as users, count(*) as plays
from songplays
where start_time >= :start and start_time < :end
group by level
order by level;
