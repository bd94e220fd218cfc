"""Work-order categories: the models that rank them, and situations to choose from."""

from __future__ import annotations

from assist_api.categories.endpoints import router
from assist_api.categories.service import CategoryModelDesk
from assist_api.categories.training import CategoryTraining
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, not_ok, ok
from assist_api.search.parts import Knowledge
from kb.classify.examples import ExampleSource
from kb.classify.registry import ModelRegistry
from kb.classify.service import CHECK_SECONDS, CategoryService, ModelPolicy
from kb.indexing.document_source import DatabaseDocumentSource
from kb.settings import KBSettings
from kit.periodic import Loop


def build(core: Core, knowledge: Knowledge, settings: KBSettings, choices: ExampleSource) -> Module[CategoryModelDesk]:
    """Build the module.

    Args:
        core: Shared parts.
        knowledge: Its embedder gives the classifier the meanings of texts.
        settings: When models are learned and which go live.
        choices: Categories that agents chose, which the classifier learns from.
    """
    registry = ModelRegistry(core.database, core.clock)
    categories = CategoryService(
        DatabaseDocumentSource(core.database),
        registry,
        core.settings.data_dir / "categories",
        core.clock,
        knowledge.embedder,
        choices=choices,
        policy=category_policy(settings),
    )
    training = CategoryTraining(core.database, core.jobs, categories)
    desk = CategoryModelDesk(registry, categories, training, core.audit)

    async def probe() -> PartHealth:
        return category_health(categories)

    return Module(
        name="categories",
        service=desk,
        provides=(categories,),
        routers=(router,),
        aclose=categories.aclose,
        loops=(Loop("follow-categories", CHECK_SECONDS, training.follow, is_due_at_start=True),),
        jobs=(training.handler,),
        probes={"category": probe},
    )


def category_policy(settings: KBSettings) -> ModelPolicy:
    """Return when category models are learned and which go live."""
    return ModelPolicy(
        tolerance=settings.category_tolerance,
        choices=settings.category_choices,
        choices_after=settings.category_choices_after,
        kept_files=settings.category_models_kept,
    )


def category_health(categories: CategoryService) -> PartHealth:
    """Judge the ranking of categories by whether a model answers, and whether it knows meanings."""
    if categories.is_settled:
        return ok("category", "trained")
    detail = "Not learned yet, or there are fewer than two categories with knowledge."
    if categories.is_ready:
        detail = "Ranked by words alone until the meanings are learned."
    return not_ok("category", "degraded", "categories_not_learned", detail)
