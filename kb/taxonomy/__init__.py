"""The taxonomy: sectors, situations and business types, its packs and their edits."""
