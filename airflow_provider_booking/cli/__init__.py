"""``airflow booking``: change sets from a shell."""
