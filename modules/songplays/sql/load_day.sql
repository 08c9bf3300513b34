-- The rows of one day, in the tables new_*, replace what an earlier load of that day has left. `:day` is the day,
-- `:day_start` and `:day_end` are its bounds. One transaction holds all of it.

-- What refers to others goes first.
delete from songplays where start_time >= :day_start and start_time < :day_end;
delete from time where start_time >= :day_start and start_time < :day_end;

-- Songs and artists belong to no day. `except` leaves what is new or has changed: nothing else is written.
insert into artists (artist_id, name, location, latitude, longitude)
select artist_id, name, location, latitude, longitude from new_artists
except
select artist_id, name, location, latitude, longitude from artists where true
on conflict (artist_id) do update set
    name = excluded.name,
    location = excluded.location,
    latitude = excluded.latitude,
    longitude = excluded.longitude;

insert into songs (song_id, title, artist_id, year, duration)
select song_id, title, artist_id, year, duration from new_songs
except
select song_id, title, artist_id, year, duration from songs where true
on conflict (song_id) do update set
    title = excluded.title,
    artist_id = excluded.artist_id,
    year = excluded.year,
    duration = excluded.duration;

-- Who was there on that day, by this log or by the one that was loaded before.
create temporary table new_touched as
select user_id from users_of_day where day = :day
union
select user_id from new_users_of_day;

delete from users_of_day where day = :day;
insert into users_of_day (user_id, day, seen_at, first_name, last_name, gender, level)
select user_id, day, seen_at, first_name, last_name, gender, level from new_users_of_day;

insert into users (user_id, first_name, last_name, gender, level)
select user_id, first_name, last_name, gender, level
from (
    select
        user_id, first_name, last_name, gender, level,
        row_number() over (partition by user_id order by seen_at desc) as place
    from users_of_day
    where user_id in (select user_id from new_touched)
) as seen
where place = 1
except
select user_id, first_name, last_name, gender, level from users where true
on conflict (user_id) do update set
    first_name = excluded.first_name,
    last_name = excluded.last_name,
    gender = excluded.gender,
    level = excluded.level;

delete from users
where user_id in (select user_id from new_touched)
    and not exists (select 1 from users_of_day where users_of_day.user_id = users.user_id);

drop table new_touched;

insert into time (start_time, hour, day, week, month, year, weekday)
select start_time, hour, day, week, month, year, weekday from new_time;

insert into songplays
    (songplay_id, start_time, user_id, level, song_id, artist_id, session_id, location, user_agent)
select songplay_id, start_time, user_id, level, song_id, artist_id, session_id, location, user_agent
from new_songplays;
