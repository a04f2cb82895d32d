"""The questions in PySpark on one machine: `python -m benchmarks.same_work.on_spark LOG FOLDER`.

Texts become eight bytes of a hash once, when the log is read and kept. The smallest key spreads among the browsers of a
login or a device until no row changes; each step is cut off from the plan of the one before.
"""

from __future__ import annotations

import os

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as f
from pyspark.sql.functions import col

from benchmarks.same_work.questions import (
    COUNTED,
    FIFTHS,
    LAST_DAY,
    MEASURES,
    PAUSE_MINUTES,
    SCORES,
    TOP,
    WINDOWS,
    asked,
)

KINDS = {"browser": "browser_id", "user": "user_id", "device": "device_id"}


def main() -> None:
    """Write the answers."""
    log, target = asked()
    cores = os.cpu_count() or 1
    spark = (
        SparkSession.builder.master(f"local[{cores}]")
        .config("spark.driver.memory", "6g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", 4 * cores)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    logged = spark.read.parquet(log)
    links = identity_links(logged).persist()
    people = joined(links).persist()
    events = logged.withColumn("browser_key", f.xxhash64("browser_id")).drop("user_id", "device_id")
    events = events.join(people.drop("browser_id"), "browser_key").persist()
    daily = daily_activity(events).persist()
    identities = links.join(people.select("browser_key", "person_id"), "browser_key")
    answers = {
        "identity_map": identities.select("identifier_type", "identifier", "person_id").distinct(),
        "sessions": sessions(events),
        "daily_activity": daily.drop("first_at", "last_at"),
        "profiles": profiles(daily),
        "order_channels": order_channels(events),
        "top_categories": top_categories(events),
    }
    for name, answer in answers.items():
        answer.write.mode("overwrite").parquet(str(target / f"{name}.parquet"))
    spark.stop()


def identity_links(logged: DataFrame) -> DataFrame:
    """One row per browser and identifier seen with it; the browser itself among them."""
    pairs = logged.select(*KINDS.values()).distinct()
    kinds = f.array(
        *(
            f.struct(f.lit(kind).alias("identifier_type"), col(name).alias("identifier"))
            for kind, name in KINDS.items()
        )
    )
    return (
        pairs.select(f.xxhash64("browser_id").alias("browser_key"), f.explode(kinds).alias("pair"))
        .select("browser_key", "pair.*")
        .where(col("identifier").isNotNull())
        .distinct()
        .withColumn("identifier_key", f.xxhash64("identifier_type", "identifier"))
    )


def joined(links: DataFrame) -> DataFrame:
    """Return browser_key, browser_id, person_id."""
    ends = links.select("browser_key", "identifier_key").persist()
    labels = ends.select("browser_key").distinct().withColumn("label", col("browser_key"))
    while True:
        hubs = ends.join(labels, "browser_key").groupBy("identifier_key").agg(f.min("label").alias("label"))
        later = ends.join(hubs, "identifier_key").groupBy("browser_key").agg(f.min("label").alias("later"))
        both = labels.join(later, "browser_key").localCheckpoint()
        labels = both.select("browser_key", col("later").alias("label"))
        if both.where("label <> later").isEmpty():
            break
    names = links.where("identifier_type = 'browser'").select(
        "browser_key", col("identifier").alias("browser_id")
    )
    named = names.join(labels, "browser_key")
    return named.withColumn("person_id", f.min("browser_id").over(Window.partitionBy("label"))).drop("label")


def measures() -> list[Column]:
    """Counts by type of event, and money."""
    return [
        f.count("*").alias("event_count"),
        *(f.count_if(col("event_type") == kind).alias(name) for name, kind in COUNTED.items()),
        f.coalesce(f.sum("amount_cents"), f.lit(0)).alias("amount_cents"),
    ]


def sessions(events: DataFrame) -> DataFrame:
    """A pause begins another visit."""
    in_order = Window.partitionBy("browser_key").orderBy("event_at")
    before = f.lag("event_at").over(in_order)
    is_new = before.isNull() | (col("event_at") > before + f.expr(f"INTERVAL {PAUSE_MINUTES} MINUTES"))
    return (
        events.withColumn("is_new", is_new.cast("int"))
        .withColumn("visit", f.sum("is_new").over(in_order))
        .groupBy("browser_key", "visit")
        .agg(
            f.first("browser_id").alias("browser_id"),
            f.min("event_at").alias("started_at"),
            f.max("event_at").alias("ended_at"),
            *measures(),
        )
        .drop("browser_key", "visit")
    )


def daily_activity(events: DataFrame) -> DataFrame:
    """With the first and the last time of the day, for profiles."""
    return events.groupBy("person_id", f.to_date("event_at").alias("event_date")).agg(
        f.min("event_at").alias("first_at"), f.max("event_at").alias("last_at"), *measures()
    )


def profiles(daily: DataFrame) -> DataFrame:
    """Windows are sums of days; fifths are ranks."""
    age = f.datediff(f.lit(LAST_DAY), col("event_date"))
    summed = (
        daily.withColumn("age", age)
        .groupBy("person_id")
        .agg(
            f.min("first_at").alias("first_at"),
            f.max("last_at").alias("last_at"),
            f.min("age").alias("recency_days"),
            f.min(f.when(col("order_count") > 0, col("age"))).alias("order_age"),
            *(
                f.sum(f.when(col("age") < days, col(name)).otherwise(0)).alias(f"{name}_{days}d")
                for days in WINDOWS
                for name in MEASURES
            ),
            *(f.sum(name).alias(f"{name}_life") for name in MEASURES),
        )
        .persist()
    )
    buyers = summed.where("order_age IS NOT NULL")
    count = buyers.count()
    for score, (measure, is_less_better) in SCORES.items():
        order = col(measure).desc() if is_less_better else col(measure)
        place = f.row_number().over(Window.orderBy(order, "person_id")) - 1
        buyers = buyers.withColumn(score, f.floor(place * FIFTHS / count).cast("long") + 1)
    return summed.join(buyers.select("person_id", *SCORES), "person_id", "left").drop("order_age")


def order_channels(events: DataFrame) -> DataFrame:
    """The last touch of the person, at any time before."""
    before = Window.partitionBy("person_id").orderBy("event_at")
    touch = f.when(col("channel").isNotNull(), f.struct("event_at", "channel"))
    last = f.max(touch).over(before)
    return (
        events.where("channel IS NOT NULL OR order_id IS NOT NULL")
        .withColumn("touch", last)
        .where("order_id IS NOT NULL")
        .select(
            "order_id",
            "person_id",
            col("touch.event_at").alias("touch_at"),
            col("touch.channel").alias("channel"),
        )
    )


def top_categories(events: DataFrame) -> DataFrame:
    """The commonest categories of each person."""
    commonest = Window.partitionBy("person_id").orderBy(col("event_count").desc(), "category")
    return (
        events.where("category IS NOT NULL")
        .groupBy("person_id", "category")
        .agg(f.count("*").alias("event_count"))
        .withColumn("category_rank", f.row_number().over(commonest))
        .where(col("category_rank") <= TOP)
    )


if __name__ == "__main__":
    main()
