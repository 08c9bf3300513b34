"""Tasks that end their process instead of returning."""

import os
import signal
import sys
import threading
import time

from airflow.sdk import DAG, task


def dag_of(dag_id, ending):
    """A task that ends so, and one that would come after it."""
    with DAG(dag_id, schedule=None):

        @task
        def ends():
            ending()

        @task
        def after():
            pass

        ends() >> after()


def segfault():
    import ctypes
    import faulthandler

    faulthandler.disable()
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    ctypes.string_at(0)


def out_of_memory():
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
    bytearray(2**33)


def recurse(depth=0):
    return recurse(depth + 1)


def raise_generator_exit():
    raise GeneratorExit


def raise_keyboard_interrupt():
    raise KeyboardInterrupt


def raise_base_exception():
    raise BaseException("of no kind")


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


def raise_unprintable():
    raise Unprintable


def raise_with_lock():
    error = ValueError("with a lock in it")
    error.lock = threading.Lock()
    raise error


def raise_group():
    from builtins import BaseExceptionGroup

    raise BaseExceptionGroup("several", [ValueError("one"), KeyError("two")])


def leave_a_daemon_thread():
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()


def leave_a_thread():
    threading.Thread(target=time.sleep, args=(2,)).start()


def leave_a_failing_thread():
    thread = threading.Thread(target=recurse)
    thread.start()
    thread.join()


def leave_a_process():
    import subprocess

    subprocess.Popen(["/bin/sleep", "5"])


def fork_and_exit():
    if os.fork() == 0:
        os._exit(3)
    os.wait()


def fail_at_exit():
    import atexit

    atexit.register(lambda: os._exit(7))


# os._exit(0): the process is gone without a word, with status 0.
dag_of("os_exit_0", lambda: os._exit(0))

# os._exit(1): the same with status 1.
dag_of("os_exit_1", lambda: os._exit(1))

# sys.exit(0): an exception of status 0.
dag_of("sys_exit_0", lambda: sys.exit(0))

# sys.exit(1).
dag_of("sys_exit_1", lambda: sys.exit(1))

# sys.exit("text"): a status that is no number.
dag_of("sys_exit_text", lambda: sys.exit("over"))

# The process kills itself as the kernel does when memory is short.
dag_of("sigkill", lambda: os.kill(os.getpid(), signal.SIGKILL))

# The process is asked to end, as on the shutdown of a worker.
dag_of("sigterm", lambda: (os.kill(os.getpid(), signal.SIGTERM), time.sleep(1)))

# A hang-up.
dag_of("sighup", lambda: (os.kill(os.getpid(), signal.SIGHUP), time.sleep(1)))

# abort() of the C library.
dag_of("abort", os.abort)

# A null pointer, with the handlers of faulthandler and of Airflow off.
dag_of("segfault", segfault)

# More memory than the process may have.
dag_of("out_of_memory", out_of_memory)

# Recursion without end.
dag_of("recursion", recurse)

# KeyboardInterrupt.
dag_of("keyboard_interrupt", raise_keyboard_interrupt)

# GeneratorExit, which is no Exception.
dag_of("generator_exit", raise_generator_exit)

# BaseException itself.
dag_of("base_exception", raise_base_exception)

# An exception that cannot be printed.
dag_of("unprintable_exception", raise_unprintable)

# An exception that cannot be pickled.
dag_of("unpicklable_exception", raise_with_lock)

# An exception group (there since Python 3.11; before, an ImportError).
dag_of("exception_group", raise_group)

# A daemon thread is left behind, and dies with its process.
dag_of("daemon_thread", leave_a_daemon_thread)

# A thread that is no daemon holds the process for two seconds more.
dag_of("lingering_thread", leave_a_thread)

# A thread fails: nobody hears of it.
dag_of("failing_thread", leave_a_failing_thread)

# A process is left behind.
dag_of("lingering_process", leave_a_process)

# A child of the task ends badly: nobody hears of it.
dag_of("forked_child_exits", fork_and_exit)

# The work is done, and the process ends with another status after it.
dag_of("exit_status_at_exit", fail_at_exit)
