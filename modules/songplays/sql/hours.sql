-- How often songs began in each hour of the day from `:start` to `:end`.
select time.hour, count(*) as plays
from songplays
join time on time.start_time = songplays.start_time
where songplays.start_time >= :start and songplays.start_time < :end
group by time.hour
order by time.hour;
