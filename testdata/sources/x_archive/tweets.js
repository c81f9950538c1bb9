window.YTD.tweets.part0 = [
  {"tweet": {"id_str": "1050118621198921728", "created_at": "Wed Oct 10 20:19:24 +0000 2018", "full_text": "The kettle sings &amp; sings", "favorite_count": "3", "retweet_count": "0", "lang": "en"}},
  {"tweet": {"id_str": "1050118621198921729", "created_at": "Wed Oct 10 20:20:24 +0000 2018", "full_text": "RT @ann: it broke", "favorite_count": "0", "retweet_count": "1", "lang": "en"}}
];
