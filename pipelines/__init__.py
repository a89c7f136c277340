"""What happens to each page that was seen, in this order; no configuration can change it."""

STEPS = (
    "pipelines.scope.ScopePipeline",
    "pipelines.fingerprint.FingerprintPipeline",
    "pipelines.history.HistoryPipeline",
    "pipelines.record.RecordPipeline",
    "pipelines.settle.SettlePipeline",
)

ITEM_PIPELINES = {step: position for position, step in enumerate(STEPS, start=100)}
