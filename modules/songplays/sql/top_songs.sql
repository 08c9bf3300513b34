-- What was played most from `:start` to `:end`.
select songs.title, artists.name as artist, count(*) as plays
from songplays
join songs on songs.song_id = songplays.song_id
join artists on artists.artist_id = songs.artist_id
where songplays.start_time >= :start and songplays.start_time < :end
group by songs.song_id, songs.title, artists.name
order by plays desc, songs.song_id
limit 5;
