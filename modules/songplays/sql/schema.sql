-- The star schema. PostgreSQL takes it as it stands; database.py puts the names of the types into SQLite's words.
-- What exists is left alone, so that every load may begin with this.

create table if not exists artists (
    artist_id text not null primary key,
    name text not null,
    location text,
    latitude double precision check (latitude between -90 and 90),
    longitude double precision check (longitude between -180 and 180)
);

create table if not exists songs (
    song_id text not null primary key,
    title text not null,
    artist_id text not null references artists,
    year bigint check (year > 0),
    duration double precision check (duration > 0)
);

create table if not exists users (
    user_id bigint not null primary key,
    first_name text,
    last_name text,
    gender text,
    level text not null check (level in ('free', 'paid'))
);

-- What each day has said of a user. `users` is the latest of these rows: that is what makes the order in which days
-- are loaded, and how often, a matter of no consequence.
create table if not exists users_of_day (
    user_id bigint not null,
    day text not null,
    seen_at timestamp not null,
    first_name text,
    last_name text,
    gender text,
    level text not null check (level in ('free', 'paid')),
    primary key (user_id, day)
);

create index if not exists users_of_day_by_day on users_of_day (day);

create table if not exists time (
    start_time timestamp not null primary key,
    hour bigint not null check (hour between 0 and 23),
    day bigint not null check (day between 1 and 31),
    week bigint not null check (week between 1 and 53),
    month bigint not null check (month between 1 and 12),
    year bigint not null,
    weekday bigint not null check (weekday between 1 and 7)
);

create table if not exists songplays (
    songplay_id bigint not null primary key,
    start_time timestamp not null references time,
    user_id bigint not null references users,
    level text not null check (level in ('free', 'paid')),
    song_id text references songs,
    artist_id text references artists,
    session_id bigint not null,
    location text,
    user_agent text
);

-- A day is deleted by its times, and a user is looked for before it is.
create index if not exists songplays_by_time on songplays (start_time);
create index if not exists songplays_by_user on songplays (user_id);
