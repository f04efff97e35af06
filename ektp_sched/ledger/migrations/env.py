"""What alembic runs: the migrations, on the connection that `migrate` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,
    transactional_ddl=False,  # one transaction around all, `migrate`'s caller begins it
)
context.run_migrations()
