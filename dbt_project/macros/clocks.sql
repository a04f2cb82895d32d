{#-
When an event happened, if its source gives three clocks and no corrected time of its own: received_at - (sent_at -
client_event_at), as Segment's timestamp and Snowplow's derived_tstamp do. The client's clock only measures how long the
event waited there, so it may be years off. A wait that cannot be (sent before it happened, or before the year 2000 was)
says nothing: the event happened when it was received.
-#}
{% macro corrected_event_at() -%}
    case
        when received_at is null or sent_at is null or client_event_at is null or event_at != client_event_at then event_at
        when sent_at < client_event_at or received_at - (sent_at - client_event_at) < timestamptz '2000-01-01 00:00:00+00'
            then received_at
        else received_at - (sent_at - client_event_at)
    end
{%- endmacro %}
