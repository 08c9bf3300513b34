-- How each user has listened for free from `:start` to `:end`, before he paid for the first time in it, and whether he
-- did. What came after is not counted: it would give away what is to be foretold.
select
    songplays.user_id,
    count(*) as plays,
    count(distinct songplays.session_id) as sessions,
    count(distinct songplays.artist_id) as artists,
    max(case when first_paid.paid_at is null then 0 else 1 end) as upgraded
from songplays
left join (
    select user_id, min(start_time) as paid_at
    from songplays
    where level = 'paid' and start_time >= :start and start_time < :end
    group by user_id
) as first_paid on first_paid.user_id = songplays.user_id
where songplays.level = 'free'
    and songplays.start_time >= :start and songplays.start_time < :end
    and (first_paid.paid_at is null or songplays.start_time < first_paid.paid_at)
group by songplays.user_id
order by songplays.user_id;
