# The app in a container: no TensorFlow, no root, and nothing written but /tmp.
#
#   docker build -t digits .
#   docker run --rm -p 7860:7860 --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges digits
#
# What follows the image's name are options of demo.py, in place of CMD's: digits --auth ann:secret --trust-proxy 172.17.0.1
# tests/test_container.py runs the lines below, these ones, in a clean environment.
FROM python:3.12-slim
WORKDIR /app
ENV PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1 MPLCONFIGDIR=/tmp/matplotlib

COPY requirements-serve.txt ./
RUN pip install -r requirements-serve.txt

COPY demo.py ./
COPY evaluation evaluation
COPY interface interface
COPY model model
# the runtime for reading in the page; without it the server reads
RUN python -m interface.reader.runtime || true
# MNIST, for the Evaluate tab; without it the app fetches it when it starts
RUN python -m model.data || true
RUN python -m compileall -q demo.py evaluation interface model

USER 10001:10001
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/healthz', timeout=5)"]
ENTRYPOINT ["python", "demo.py", "--host", "0.0.0.0", "--port", "7860", "--log"]
CMD ["--no-own-pictures"]
