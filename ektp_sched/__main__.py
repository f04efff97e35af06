"""Run the command line as ``python -m ektp_sched``."""

from ektp_sched.cli.entry import main

if __name__ == "__main__":
    main()
